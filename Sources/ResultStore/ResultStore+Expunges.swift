import Foundation
internal import GRDB
internal import RunRecord
public import TestPlan

extension ResultStore {
    /// How many of a plan's latest runs tell which cases there are.
    static let runsThatTellCases = 10

    /// Which of a plan's expunges could be dropped.
    ///
    /// - Parameters:
    ///   - expunges: as the plan's files have them.
    ///   - plan: the plan's name.
    ///   - today: `YYYY-MM-DD`.
    /// - Returns: one judgement for each, in their order.
    /// - Throws: `Failure`.
    public func judge(_ expunges: [Expunge], of plan: String, today: String) throws -> [ExpungeStanding] {
        let (outcomes, names) = try read { db in (try Self.outcomes(of: plan, db), try Self.latestCases(of: plan, db)) }
        // A run that lacks its tree has steps alone: that its cases are not there says nothing of them.
        let knowsCases = names.contains { $0.contains("/") || $0.contains(":") }
        return expunges.map { expunge in
            let own = outcomes[Key(test: expunge.test, scope: expunge.scope)] ?? []
            let standing: ExpungeStanding.Standing =
                if let expires = expunge.expires, expires <= today {
                    .expired
                } else if knowsCases, !names.contains(where: expunge.names) {
                    .unmatched
                } else if own.isEmpty {
                    .neverRun
                } else {
                    own.allSatisfy { $0.verdict == .pass } ? .passes : .fails
                }
            return ExpungeStanding(
                test: expunge.test, scope: expunge.scope, reason: expunge.reason, location: "\(expunge.location)",
                standing: standing, outcomes: own)
        }
    }

    /// The same expunge, wherever in its file it stands.
    private struct Key: Hashable {
        var test: String
        var scope: String
    }

    /// The last time that each expunged case ran, on each kernel and with each set of parameters.
    private static func outcomes(of plan: String, _ db: Database) throws -> [Key: [ExpungeStanding.Outcome]] {
        // Of cells that began in the same second, one that failed decides.
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM (
                    SELECT expunges.test AS pattern, scope, tests.name, cases.kernel, cases.verdict, cases.started,
                        runs.name AS run, json_extract(cells.document, '$.parameters') AS parameters,
                        row_number() OVER (
                            PARTITION BY expunges.test, scope, cases.test, cases.kernel,
                                json_extract(cells.document, '$.parameters')
                            ORDER BY cases.started DESC, cases.verdict = 'pass', cases.id DESC) AS age
                    FROM expunges JOIN cases ON cases.expunge = expunges.id JOIN tests ON tests.id = cases.test
                        JOIN cells ON cells.id = cell JOIN runs ON runs.id = cells.run
                    WHERE tests.plan = ? AND cases.verdict IN ('pass', 'fail', 'known', 'flaky'))
                WHERE age = 1 ORDER BY name, kernel, parameters
                """,
            arguments: [plan])
        return try rows.reduce(into: [:]) { outcomes, row in
            let reader = RunReader(db)
            outcomes[Key(test: row["pattern"], scope: row["scope"]), default: []].append(
                ExpungeStanding.Outcome(
                    case: row["name"], kernel: row["kernel"],
                    parameters: try reader.value([String: String].self, row["parameters"]),
                    verdict: try reader.verdict(row["verdict"]), run: row["run"],
                    started: Date(timeIntervalSince1970: TimeInterval(row["started"] as Int64))))
        }
    }

    /// The names of the cases in the plan's latest runs.
    private static func latestCases(of plan: String, _ db: Database) throws -> Set<String> {
        try String.fetchSet(
            db,
            sql: """
                SELECT DISTINCT tests.name FROM tests JOIN cases ON cases.test = tests.id
                WHERE cases.cell IN (
                    SELECT id FROM cells WHERE plan = ?1 AND run IN (
                        SELECT DISTINCT run FROM cells WHERE plan = ?1 ORDER BY started DESC LIMIT ?2))
                """,
            arguments: [plan, runsThatTellCases])
    }
}
