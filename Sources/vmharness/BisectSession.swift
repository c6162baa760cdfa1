import Foundation
import GuestImage
import HostProcess
import RunRecord
import Runner
import SystemPackage
import TestPlan

/// Runs a plan on one kernel of a row after the other until it is known where it changes from passing to failing, all
/// in one run.
struct BisectSession {
    /// The plan, with its parameters filled in.
    let plan: TestPlan
    /// The plan's change to one of each kernel's modules; nil for the kernels as they are.
    let mutation: Mutation?
    /// What counts as a failure.
    let criterion: FailureCriterion
    /// How often a kernel must pass to be good.
    let passes: Int
    /// How to run.
    let options: RunOptions
    /// No progress.
    let isQuiet: Bool
    /// Where the record is kept.
    let directory: RunDirectory
    /// The kernels.
    var row: BisectRow
    /// The cells that have ended, by their ids.
    private var ended: [String: CellRecord] = [:]

    /// - Parameter directory: a new one, or that of a run that is gone on with.
    init(
        _ plan: TestPlan, mutation: Mutation?, criterion: FailureCriterion, passes: Int, options: RunOptions,
        isQuiet: Bool, directory: RunDirectory, row: BisectRow
    ) {
        self.plan = plan
        self.mutation = mutation
        self.criterion = criterion
        self.passes = passes
        self.options = options
        self.isQuiet = isQuiet
        self.directory = directory
        self.row = row
        for cell in directory.current.cells where cell.isComplete == true { ended[cell.id] = cell }
    }

    /// A cell of the bisection.
    static func cell(_ plan: TestPlan, _ kernel: KernelCandidate, _ mutation: Mutation?, _ number: Int) -> Cell {
        Cell(plan: plan, kernel: kernel.name, mutation: mutation, repetition: number)
    }

    /// Searches until there is an answer or the task is cancelled.
    ///
    /// - Returns: what is known in the end.
    /// - Throws: `Failure`, `InvalidFile`: an end that cannot be run, a record that cannot be kept. `CancellationError`.
    mutating func run() async throws -> BisectAnswer {
        try save()
        while let index = bisection.next {
            report(index)
            let cells = batch(index)
            try ask(cells)
            if index > 0, index < row.kernels.count - 1, let reason = try await whyNot(cells[0]) {
                tell("\(row.label(index)) is left out: \(reason)")
                row.unavailable["\(row.kernels[index].name)"] = reason
                try directory.amend { $0.withdrawUnbegun() }
                try save()
                continue
            }
            let before = ended.count
            try await run(cells, on: index)
            if directory.current.interruption != nil { break }
            guard ended.count > before else {
                throw Failure("no cell has ended", on: "\(directory.path)", advice: "see what the run has printed")
            }
        }
        let answer = BisectAnswer(
            row, bisection, directory.current, passes: passes, cells: row.kernels.indices.map(cellIDs))
        try directory.amend { record in
            record.answer = answer.text
            // The last kernel that was looked at may have been one that could not be run.
            if record.ended == nil { record.ended = Date() }
        }
        ResultRecording.record(directory.current, directory: directory.path)
        return answer
    }

    /// What is known by what has ended.
    private var bisection: Bisection {
        var bisection = Bisection(count: row.kernels.count, passes: passes)
        for (index, kernel) in row.kernels.enumerated() {
            if let reason = row.unavailable["\(kernel.name)"] { bisection.skip(index, because: reason) }
            for id in cellIDs(of: index) {
                if let cell = ended[id] { bisection.note(criterion.outcome(of: cell), of: index) }
            }
        }
        return bisection
    }

    /// The ids of a kernel's cells, in the order of their repetitions.
    private func cellIDs(of index: Int) -> [String] {
        (1...passes + Bisection.mostUnjudged).map { Self.cell(plan, row.kernels[index], mutation, $0).id }
    }

    /// The cells that are to be run next on a kernel: as many as it would have to pass.
    private func batch(_ index: Int) -> [Cell] {
        let free = (1...passes + Bisection.mostUnjudged).lazy
            .map { Self.cell(plan, row.kernels[index], mutation, $0) }.filter { ended[$0.id] == nil }
        return Array(free.prefix(bisection.passesLeft(of: index)))
    }

    private func ask(_ cells: [Cell]) throws {
        try directory.amend { record in
            let asked = Set((record.asked ?? []).map(\.id))
            record.asked = (record.asked ?? []) + cells.filter { !asked.contains($0.id) }.map(\.asked)
            record.ended = nil
        }
    }

    /// Why a kernel between the ends cannot be run; nil if it can be.
    private func whyNot(_ cell: Cell) async throws -> String? {
        let fitness = KernelFitness(options: options) { [isQuiet] line in
            if !isQuiet { Terminal.error(line) }
        }
        do {
            return try await fitness.whyNot(cell)
        } catch let failure as Failure where failure.blame == .request && !cell.kernel.isOfArchive {
            // A tree that is not built, or a file that is not there: that, too, is this kernel's own.
            return "\(failure)"
        }
    }

    private mutating func run(_ cells: [Cell], on index: Int) async throws {
        var options = options
        let (known, criterion) = (bisection, criterion)
        let ids = Set(cells.map(\.id))
        options.schedule.isDecided = { records in
            var bisection = known
            for record in records where ids.contains(record.id) {
                bisection.note(criterion.outcome(of: record), of: index)
            }
            return bisection.standing(of: index) == .open ? nil : "the kernel is judged"
        }
        let (record, _) = try await CellSession.run(cells, options, resumed: directory, isQuiet: isQuiet) { record in
            if record.interruption == nil { record.withdrawUnbegun() }
            // Of one kernel; the search goes on.
            record.decided = nil
        }
        for cell in record.endedCells where ids.contains(cell.id) {
            ended[cell.id] = cell
            row.learn(cell, of: index)
        }
        try save()
    }

    private func save() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let file = directory.path.appending(BisectRow.fileName)
        do {
            try encoder.encode(row).write(to: URL(filePath: file.string), options: .atomic)
        } catch {
            throw Failure("cannot save the row of kernels", on: file.string, advice: "free some space there")
        }
    }

    /// Tells where the search stands, before a kernel is run.
    private func report(_ index: Int) {
        let bisection = bisection
        let (good, bad) = bisection.bounds
        let left = bisection.kernelsLeft
        let seconds = ended.values.map(\.seconds).reduce(0, +) / Double(max(1, ended.count))
        let minutes = ended.isEmpty ? "" : ", about \((seconds * Double(left * passes) / 60).formatted1) min"
        let runs = passes == 1 ? "" : ", at most \(left * passes) runs"
        tell(
            "\(bisection.openKernels) kernel\(bisection.openKernels == 1 ? "" : "s") open between \(row.kernels[good].name) and \(row.kernels[bad].name), "
                + "about \(left) to run\(runs)\(minutes); next \(row.label(index))")
    }

    private func tell(_ text: String) {
        if !isQuiet { Terminal.error("bisect: \(text)") }
    }
}

extension RunRecord {
    /// Its cells without those that an interruption cut short.
    var endedCells: [CellRecord] { interruption == nil ? cells : cells.filter { $0.isComplete == true } }

    /// Asks no more for the cells that have not begun: the question is answered without them.
    mutating func withdrawUnbegun() {
        let begun = Set(cells.map(\.id))
        asked = asked?.filter { begun.contains($0.id) }
    }
}
