import Foundation
internal import GRDB
internal import RunRecord

extension ResultStore {
    /// The cases that pass and fail on the same input, those that fail most often first.
    ///
    /// - Parameters:
    ///   - plan: only this plan's.
    ///   - kernel: only on this kernel, as it was asked for.
    ///   - last: how many of a case's latest outcomes on a kernel are looked at; 2 or more.
    /// - Throws: `Failure`.
    public func flaky(plan: String? = nil, kernel: String? = nil, last: Int = 50) throws -> [FlakyCase] {
        try read { db in
            // What failed at least once is few of many.
            let pairs = try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT test, kernel, tests.name, tests.plan
                    FROM cases INDEXED BY cases_failed JOIN tests ON tests.id = test
                    WHERE cases.verdict IN ('fail', 'flaky') AND (?1 IS NULL OR tests.plan = ?1)
                        AND (?2 IS NULL OR kernel = ?2)
                    """,
                arguments: [plan, kernel])
            var flaky: [FlakyCase] = []
            for pair in pairs { flaky += try Self.flaky(pair, last: last, db) }
            return flaky.sorted { one, other in
                one.failed.fraction == other.failed.fraction
                    ? TestIdentity.precedes(one.test, other.test) : one.failed.fraction > other.failed.fraction
            }
        }
    }

    /// What is the same for a case's outcomes if it is the same input.
    private struct Input: Hashable {
        var parameters: String
        var build: String?
        var release: String?
        var accelerator: String?
        var backend: String?
    }

    private struct Tally {
        var passed = 0
        var failed = 0
        /// The rows of failures, newest first.
        var failures: [Int64] = []
        var cell: Int64?
        var lastFailed: Int64 = 0
    }

    private static func flaky(_ pair: Row, last: Int, _ db: Database) throws -> [FlakyCase] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT outcome.id, outcome.verdict, outcome.started, cells.id, parameters, build, release,
                    outcome.accelerator, cells.backend
                FROM (SELECT * FROM cases INDEXED BY cases_by_kernel WHERE test = ? AND kernel = ?
                    ORDER BY started DESC LIMIT ?) AS outcome
                JOIN cells ON cells.id = outcome.cell
                WHERE outcome.verdict IN ('pass', 'fail', 'flaky')
                """)
        let rows = try Row.fetchCursor(
            statement, arguments: [pair["test"] as Int64, pair["kernel"] as String, last])
        var tallies: [Input: Tally] = [:]
        while let row = try rows.next() {
            let input = Input(
                parameters: row[4], build: row[5], release: row[6], accelerator: row[7], backend: row[8])
            var tally = tallies[input] ?? Tally()
            let verdict: String = row[1]
            // A case that was run again until it passed has done both.
            if verdict != "fail" { tally.passed += 1 }
            if verdict != "pass" {
                tally.failed += 1
                tally.failures.append(row[0])
                if tally.cell == nil { (tally.cell, tally.lastFailed) = (row[3], row[2]) }
            }
            tallies[input] = tally
        }
        let reader = RunReader(db)
        return try tallies.filter { $0.value.passed > 0 && $0.value.failed > 0 }.map { input, tally in
            FlakyCase(
                test: TestIdentity(
                    plan: pair["plan"], case: pair["name"], kernel: pair["kernel"],
                    parameters: try reader.value([String: String].self, input.parameters)),
                build: input.build, release: input.release, accelerator: input.accelerator,
                backend: input.backend,
                failed: Proportion(tally.failed, of: tally.passed + tally.failed),
                lastFailed: Date(timeIntervalSince1970: TimeInterval(tally.lastFailed)),
                lastRun: try String.fetchOne(
                    try db.cachedStatement(
                        sql: "SELECT runs.name FROM cells JOIN runs ON runs.id = run WHERE cells.id = ?"),
                    arguments: [tally.cell]) ?? "",
                failures: try commonest(tally.failures, db))
        }
    }

    /// The failures of some cases, each fingerprint once, the commonest first.
    private static func commonest(_ cases: [Int64], _ db: Database) throws -> [RunOutcomes.Failure] {
        var counts: [String: (failure: RunOutcomes.Failure, count: Int)] = [:]
        let statement = try db.cachedStatement(
            sql: #"SELECT fingerprint, title FROM findings WHERE "case" = ? AND severity = 'failure'"#)
        for id in cases {
            for row in try Row.fetchAll(statement, arguments: [id]) {
                let failure = RunOutcomes.Failure(fingerprint: row[0], title: row[1])
                counts[failure.fingerprint, default: (failure, 0)].count += 1
            }
        }
        return counts.values.sorted { ($1.count, $0.failure.fingerprint) < ($0.count, $1.failure.fingerprint) }
            .map(\.failure)
    }
}
