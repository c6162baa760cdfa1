import Foundation
internal import GRDB
internal import RunRecord

extension ResultStore {
    /// What came of a plan's cells, newest first.
    ///
    /// - Parameters:
    ///   - plan: its name.
    ///   - kernel: only on this kernel, as it was asked for.
    ///   - limit: how many at most.
    /// - Throws: `Failure`.
    public func history(plan: String, kernel: String? = nil, limit: Int = 50) throws -> [HistoryEntry] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT cells.*, runs.name AS run_name, runs.directory FROM cells JOIN runs ON runs.id = run
                    WHERE plan = ?1 AND (?2 IS NULL OR kernel = ?2)
                    ORDER BY cells.started DESC, cells.id DESC LIMIT ?3
                    """,
                arguments: [plan, kernel, limit]
            ).map { row in
                let reader = RunReader(db)
                let cell = try reader.value(CellExtract.self, row["document"])
                return HistoryEntry(
                    row, cell, verdict: try reader.verdict(row["verdict"]), reason: cell.reason, seconds: cell.seconds)
            }
        }
    }

    /// What came of a case of a plan, newest first.
    ///
    /// - Parameters:
    ///   - plan: the plan's name.
    ///   - case: as it is in the record; a case of fstests is also found without its section: `generic/208` finds
    ///     `ext4-1k/generic/208`.
    ///   - kernel: only on this kernel, as it was asked for.
    ///   - limit: how many at most.
    /// - Throws: `Failure`.
    public func history(plan: String, case name: String, kernel: String? = nil, limit: Int = 50) throws
        -> [HistoryEntry]
    {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT cells.*, runs.name AS run_name, runs.directory, tests.name AS case_name,
                        cases.verdict AS case_verdict, cases.reason, cases.seconds
                    FROM cases JOIN cells ON cells.id = cell JOIN runs ON runs.id = run JOIN tests ON tests.id = test
                    WHERE test IN (
                            SELECT id FROM tests
                            WHERE plan = ?1 AND (name = ?2 OR substr(name, -length(?2) - 1) = '/' || ?2))
                        AND (?3 IS NULL OR cases.kernel = ?3)
                    ORDER BY cases.started DESC, cases.id DESC LIMIT ?4
                    """,
                arguments: [plan, name, kernel, limit]
            ).map { row in
                let reader = RunReader(db)
                var entry = HistoryEntry(
                    row, try reader.value(CellExtract.self, row["document"]),
                    verdict: try reader.verdict(row["case_verdict"]), reason: row["reason"], seconds: row["seconds"])
                entry.case = row["case_name"]
                return entry
            }
        }
    }
}

/// What a history needs of a cell's document.
private struct CellExtract: Decodable {
    var parameters: [String: String]
    var reason: String?
    var seconds: Double
}

extension HistoryEntry {
    /// From a row of `cells` with its run's name and directory.
    fileprivate init(_ row: Row, _ cell: CellExtract, verdict: Verdict, reason: String?, seconds: Double) {
        self.init(
            run: row["run_name"], directory: row["directory"], cell: row["name"],
            started: Date(timeIntervalSince1970: TimeInterval(row["started"] as Int64)), kernel: row["kernel"],
            release: row["release"], build: row["build"], accelerator: row["accelerator"],
            parameters: cell.parameters, verdict: verdict, reason: reason, seconds: seconds)
    }
}
