internal import Foundation
internal import GRDB

extension ResultStore {
    /// How many of the latest cells are looked at for what a cell takes.
    private static let mostCells = 200
    /// How many of those with the same parameters count.
    private static let cellsKept = 5

    /// How many seconds the cells of a plan take, by their parameters: the median of the latest that ended with a
    /// verdict of the kernel's. Errors and skipped ones tell nothing.
    ///
    /// - Parameters:
    ///   - plan: the plan's name.
    ///   - kernel: as it was asked for, with the name of its mutation.
    ///   - accelerator: `kvm` or `tcg`.
    /// - Throws: `Failure`.
    public func expectedSeconds(plan: String, kernel: String, accelerator: String) throws -> [[String: String]: Double]
    {
        let seconds = try read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT parameters, json_extract(document, '$.seconds') AS seconds FROM cells
                    WHERE plan = ? AND kernel = ? AND accelerator = ? AND verdict NOT IN ('error', 'skip')
                    ORDER BY started DESC LIMIT \(Self.mostCells)
                    """,
                arguments: [plan, kernel, accelerator])
            var seconds: [String: [Double]] = [:]
            while let row = try rows.next() {
                let parameters = row["parameters"] as String? ?? "{}"
                if seconds[parameters, default: []].count < Self.cellsKept, let taken = row["seconds"] as Double? {
                    seconds[parameters, default: []].append(taken)
                }
            }
            return seconds
        }
        return seconds.reduce(into: [:]) { result, entry in
            guard let parameters = try? JSONDecoder().decode([String: String].self, from: Data(entry.key.utf8)) else {
                return
            }
            result[parameters] = Self.median(entry.value)
        }
    }
}
