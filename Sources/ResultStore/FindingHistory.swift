public import Foundation
internal import GRDB

/// One kind of trouble over all runs: when it was first and last seen, how often and where.
public struct FindingHistory: Sendable, Hashable, Codable {
    /// What its findings have in common.
    public var fingerprint: String
    /// The title as it was said last.
    public var title: String
    /// When the cell began in which it was first seen.
    public var first: Date
    /// Likewise last.
    public var last: Date
    /// The run in which it was last seen.
    public var lastRun: String
    /// In how many cells.
    public var cells: Int
    /// The kernels, as they were asked for, sorted.
    public var kernels: [String]
    /// The cases, sorted.
    public var cases: [String]
}

extension ResultStore {
    /// The failures of a plan or of one of its cases, by what they have in common; what was seen last comes first.
    ///
    /// - Parameters:
    ///   - plan: its name.
    ///   - case: as in ``history(plan:case:kernel:limit:)``; nil for all.
    ///   - kernel: only on this kernel, as it was asked for.
    /// - Throws: `Failure`.
    public func findings(plan: String, case name: String? = nil, kernel: String? = nil) throws -> [FindingHistory] {
        try read { db in
            // Without a case, from the findings, which are few of many; SQLite would walk through all cases of a plan.
            let tables =
                name == nil
                ? "findings CROSS JOIN cases ON cases.id = findings.\"case\" CROSS JOIN tests ON tests.id = test"
                : "tests CROSS JOIN cases ON test = tests.id CROSS JOIN findings ON findings.\"case\" = cases.id"
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT fingerprint, min(cases.started) AS first, max(cases.started) AS last, title, cell,
                        count(DISTINCT cell) AS cells, json_group_array(DISTINCT kernel) AS kernels,
                        json_group_array(DISTINCT tests.name) AS names
                    FROM \(tables)
                    WHERE severity = 'failure' AND plan = ?1
                        AND (?2 IS NULL OR name = ?2 OR substr(name, -length(?2) - 1) = '/' || ?2)
                        AND (?3 IS NULL OR kernel = ?3)
                    GROUP BY fingerprint ORDER BY last DESC, fingerprint
                    """,
                arguments: [plan, name, kernel])
            let reader = RunReader(db)
            return try rows.map { row in
                FindingHistory(
                    fingerprint: row["fingerprint"], title: row["title"],
                    first: Date(timeIntervalSince1970: TimeInterval(row["first"] as Int64)),
                    last: Date(timeIntervalSince1970: TimeInterval(row["last"] as Int64)),
                    lastRun: try String.fetchOne(
                        db, sql: "SELECT runs.name FROM cells JOIN runs ON runs.id = run WHERE cells.id = ?",
                        arguments: [row["cell"] as Int64]) ?? "",
                    cells: row["cells"], kernels: try reader.value([String].self, row["kernels"]).sorted(),
                    cases: try reader.value([String].self, row["names"]).sorted())
            }
        }
    }
}
