import GuestImage
import Machine
import ResultStore
import RunRecord
import Runner
import TestPlan

/// The cells of a matrix, before any is run.
struct MatrixListing {
    /// A cell as `--list --json` prints it.
    private struct Line: Encodable {
        var id: String
        var plan: String
        var kernel: String
        var mutation: String?
        var backend: String?
        var parameters: [String: String]
        var repetition: Int?
        var expected: CellExpectation?
        /// The seconds that its like took before, as the schedule takes it; nil if none is recorded.
        var seconds: Double?
        /// Its shard, from 1; nil without `--shard`.
        var shard: Int?
    }

    private let cells: [Cell]
    private let shard: MatrixShard?
    private let options: RunOptions

    /// - Parameters:
    ///   - cells: all of them.
    ///   - shard: into how many parts they are divided, and which is of interest; nil for one.
    ///   - options: how they would run.
    init(_ cells: [Cell], shard: MatrixShard?, options: RunOptions) {
        self.cells = cells
        self.shard = shard
        self.options = options
    }

    /// What stands in the file more than once.
    static func notes(_ matrix: Matrix) -> [String] {
        let most = 5
        let notes = matrix.repeated.prefix(most).map {
            "\($0.again): \($0.cell) is asked for in line \($0.first.line) already, and run once"
        }
        return notes + (matrix.repeated.count > most ? ["and \(matrix.repeated.count - most) more of such"] : [])
    }

    /// Prints every cell with the part in which it is.
    ///
    /// - Throws: `EncodingError`.
    func show(json: Bool) throws {
        let seconds = times()
        let lines = zip(cells, seconds).map { cell, seconds in
            Line(
                id: cell.id, plan: cell.plan.name, kernel: "\(cell.kernel)", mutation: cell.mutation?.name,
                backend: cell.backend?.rawValue, parameters: cell.plan.values, repetition: cell.repetition,
                expected: cell.expected, seconds: seconds,
                shard: shard.map { MatrixShard.number(of: cell.id, among: $0.count) })
        }
        try printList(
            lines, json: json, header: ["CELL", "TOOK", "EXPECTED"] + (shard == nil ? [] : ["SHARD"])
        ) { line in
            [line.id, line.seconds.map { "\($0.formatted1) s" } ?? "", line.expected?.text ?? ""]
                + (shard.map { shard in ["\(line.shard ?? 0)/\(shard.count)"] } ?? [])
        }
        if json { return }
        let own = shard.map { shard in lines.filter { $0.shard == shard.number } } ?? lines
        let known = own.compactMap(\.seconds)
        let total =
            known.isEmpty ? "" : ", \(known.reduce(0, +).formatted1) s for \(known.count), by what their like took"
        let part = shard.map { "\(own.count) of \(lines.count) cells in shard \($0.number)/\($0.count)" }
        Terminal.error((part ?? "\(lines.count) cells") + total)
    }

    /// The seconds that each cell will take, by what its like took. Without a store nothing is known.
    private func times() -> [Double?] {
        guard let store = ResultsShow.storeIfAny() else { return cells.map { _ in nil } }
        struct Question: Hashable {
            var plan: String
            var kernel: String
            var accelerator: Machine.Accelerator
        }
        let standard = AcceleratorProbe(cache: Cache.standard().root).expected(options.accelerator)
        var costs: [Question: [CellCost]] = [:]
        return cells.map { cell in
            let planned = cell.plan.guest.accelerator ?? cell.plan.requires.accelerator
            let question = Question(
                plan: cell.plan.name, kernel: cell.testedKernel,
                accelerator: planned.flatMap { Machine.Accelerator(rawValue: $0.rawValue) } ?? standard)
            if costs[question] == nil {
                do {
                    costs[question] = try store.costs(
                        plan: question.plan, kernel: question.kernel, accelerator: question.accelerator.rawValue)
                } catch {
                    Terminal.error("warning: \(error)")
                    costs[question] = []
                }
            }
            return cell.forecast(on: question.accelerator, from: costs[question]!).seconds
        }
    }
}
