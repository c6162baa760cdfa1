internal import GRDB
public import RunRecord

extension ResultStore {
    /// What came of each test of a run; nil if the store has no run of that id.
    ///
    /// - Parameters:
    ///   - id: the run's.
    ///   - ignoresKernels: leave the kernel out of what a test is.
    /// - Throws: `Failure`.
    public func outcomes(run id: String, ignoresKernels: Bool = false) throws -> RunOutcomes? {
        try read { db in
            guard let key = try Int64.fetchOne(db, sql: "SELECT id FROM runs WHERE name = ?", arguments: [id]) else {
                return nil
            }
            let reader = RunReader(db)
            var outcomes = RunOutcomes(run: id)
            for cell in try Row.fetchAll(db, sql: "SELECT * FROM cells WHERE run = ? ORDER BY id", arguments: [key]) {
                let parameters = try reader.value([String: String].self, cell["parameters"])
                let (plan, kernel): (String, String) = (cell["plan"], ignoresKernels ? "" : cell["kernel"])
                outcomes.add(
                    plan: plan, kernel: kernel, parameters: parameters, verdict: try reader.verdict(cell["verdict"]))
                let failures = try Self.failures(ofCell: cell["id"], db)
                let cases = try Row.fetchCursor(
                    db,
                    sql: """
                        SELECT cases.id, tests.name, cases.verdict, step IS NULL, reason, known
                        FROM cases JOIN tests ON tests.id = test WHERE cell = ? ORDER BY cases.id
                        """,
                    arguments: [cell["id"] as Int64])
                while let row = try cases.next() {
                    let known = try (row[5] as String?).map { try reader.value([KnownIssueRecord].self, $0) }
                    // A remark of ours is no test.
                    if known?.contains(where: { !$0.isPresent }) == true { continue }
                    outcomes.add(
                        TestIdentity(plan: plan, case: row[1], kernel: kernel, parameters: parameters),
                        isOccasional: row[3], verdict: try reader.verdict(row[2]), reason: row[4],
                        failures: failures[row[0] as Int64] ?? [])
                }
            }
            return outcomes
        }
    }

    /// The failures of a cell, by the ids of its cases.
    private static func failures(ofCell cell: Int64, _ db: Database) throws -> [Int64: [RunOutcomes.Failure]] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT cases.id, fingerprint, title FROM cases JOIN findings ON findings."case" = cases.id
                WHERE cell = ? AND cases.verdict NOT IN ('pass', 'skip') AND severity = 'failure' ORDER BY findings.id
                """,
            arguments: [cell])
        var failures: [Int64: [RunOutcomes.Failure]] = [:]
        while let row = try rows.next() {
            failures[row[0], default: []].append(.init(fingerprint: row[1], title: row[2]))
        }
        return failures
    }

    /// The latest run before a run that has a plan and a kernel in common with it; nil if there is none.
    ///
    /// - Throws: `Failure`.
    public func predecessor(of run: RunRecord) throws -> String? {
        let cells = Set(run.cells.map { [$0.plan, $0.testedKernel] }).sorted { $0.lexicographicallyPrecedes($1) }
        // A matrix of thousands has no more plans and kernels than this; SQLite takes 32 766 values.
        let asked = cells.prefix(10_000)
        let marks = asked.map { _ in "(?, ?)" }.joined(separator: ", ")
        guard !asked.isEmpty else { return nil }
        return try read { db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT runs.name FROM runs
                    WHERE (started, name) < (?, ?)
                        AND EXISTS (SELECT 1 FROM cells WHERE run = runs.id AND (plan, kernel) IN (VALUES \(marks)))
                    ORDER BY started DESC, name DESC LIMIT 1
                    """,
                arguments: [run.started.wholeSeconds, run.id] + StatementArguments(asked.flatMap { $0 }))
        }
    }
}
