internal import GRDB
public import RunRecord

extension ResultStore {
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
