import Foundation
internal import GRDB

extension ResultStore {
    /// How many of a plan's latest cells are asked for ``seconds(plan:)``.
    private static let cellsAsked = 5000
    /// How many of the latest cells of one kind count.
    private static let cellsCounted = 5

    /// How long cells of a plan took, by what was run: the median of the latest that were judged.
    ///
    /// - Parameter plan: the plan's name.
    /// - Throws: `Failure`.
    public func seconds(plan: String) throws -> [CellKind: Double] {
        let rows = try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT kernel, parameters, json_extract(document, '$.seconds') AS seconds FROM cells
                    WHERE plan = ? AND verdict NOT IN ('error', 'skip') ORDER BY started DESC LIMIT \(Self.cellsAsked)
                    """,
                arguments: [plan]
            ).map { ($0["kernel"] as String, $0["parameters"] as String?, $0["seconds"] as Double?) }
        }
        var times: [CellKind: [Double]] = [:]
        for (kernel, parameters, seconds) in rows {
            guard let seconds else { continue }
            let kind = CellKind(kernel: kernel, parameters: parameters ?? "{}")
            guard times[kind, default: []].count < Self.cellsCounted else { continue }
            times[kind, default: []].append(seconds)
        }
        return times.mapValues { $0.sorted()[$0.count / 2] }
    }
}

/// What cells of a plan have in common that took about as long.
public struct CellKind: Sendable, Hashable {
    let kernel: String
    /// JSON with sorted keys, as the store keeps it.
    let parameters: String

    init(kernel: String, parameters: String) {
        self.kernel = kernel
        self.parameters = parameters
    }

    /// - Parameters:
    ///   - kernel: with mutation and backend, as ``CellRecord/testedKernel`` has it.
    ///   - parameters: the values of all the plan's parameters.
    public init(kernel: String, parameters: [String: String]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts can always be encoded.
        let data = (try? encoder.encode(parameters)) ?? Data()
        self.init(kernel: kernel, parameters: String(decoding: data, as: UTF8.self))
    }
}
