internal import GRDB

/// How long a case takes, by experience.
public struct CaseDuration: Sendable, Hashable, Codable {
    /// The middle of the latest times.
    public var median: Duration
}

extension ResultStore {
    /// How many of a case's latest times count.
    public static let durationsKept = 20

    /// How long the cases of a plan take, by their names: the median of the latest times in which each ended by
    /// itself, whatever its verdict. Those that hung, lost their guest or did not run are left out; a case that never
    /// ended has no entry.
    ///
    /// - Parameters:
    ///   - plan: the plan's name.
    ///   - case: only this one.
    ///   - kernel: only on this kernel, as it was asked for.
    ///   - accelerator: only with this one: `kvm` or `tcg`.
    /// - Throws: `Failure`.
    public func durations(
        plan: String, case name: String? = nil, kernel: String? = nil, accelerator: String? = nil
    ) throws -> [String: CaseDuration] {
        // Conditions that are always there would keep SQLite from the indexes. Of itself it takes the one without the
        // kernel, and walks through the whole history of a kernel that never ran.
        let index = kernel == nil ? "" : "INDEXED BY durations"
        let conditions = [name == nil ? "" : "AND tests.name = :name"]
        let inner = [
            kernel == nil ? "" : "AND kernel = :kernel", accelerator == nil ? "" : "AND accelerator = :accelerator",
        ]
        let times = try read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT tests.name, cases.seconds FROM tests JOIN cases ON cases.id IN (
                        SELECT id FROM cases \(index) WHERE test = tests.id AND timed \(inner.joined(separator: " "))
                        ORDER BY started DESC LIMIT \(Self.durationsKept))
                    WHERE tests.plan = :plan \(conditions.joined())
                    """,
                arguments: StatementArguments(
                    ["plan": plan, "name": name, "kernel": kernel, "accelerator": accelerator].compactMapValues { $0 }))
            var times: [String: [Double]] = [:]
            while let row = try rows.next() { times[row["name"], default: []].append(row["seconds"]) }
            return times
        }
        return times.mapValues { CaseDuration(median: .seconds(Self.median($0))) }
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
