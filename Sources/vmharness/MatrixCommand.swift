import ArgumentParser
import Foundation
import HostProcess
import RunRecord
import Runner
import SystemPackage
import TestPlan

/// `vmharness matrix FILE`
struct MatrixCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix",
        abstract: "Runs a matrix: plans × kernels × parameters × backends, with what is expected of each cell.",
        discussion: "docs/matrix.md has the keys of the file.")

    @Argument(
        help: ArgumentHelp("The matrix's file, such as ci/matrix.yaml.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var file: String?

    @Option(help: ArgumentHelp("Run only part I of N; a cell's part follows from its name alone.", valueName: "i/n"))
    var shard: String?

    @Flag(help: "Print the cells, what is expected of each and how long its like took before; start nothing.")
    var list = false

    @Option(
        help: "Go on with a run that was killed or interrupted: its directory, its id, or 'last'.",
        completion: Completions.runs)
    var resume: String?

    @OptionGroup var guest: GuestOptions

    @OptionGroup var knownIssues: KnownIssueOptions

    @OptionGroup var schedule: ScheduleOptions

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print the record, or with --list the cells, as one JSON document on standard output.")
    var json = false

    @OptionGroup var display: DisplayOptions

    @Flag(help: "Dump the guest's memory when something hangs.")
    var dumpMemory = false

    func validate() throws {
        if resume != nil {
            guard file == nil, shard == nil, output.out == nil, !list else {
                throw ValidationError("--resume takes file, shard and directory from the run.")
            }
        } else if file == nil {
            throw ValidationError("Name the matrix's file, such as ci/matrix.yaml.")
        }
        if let shard, MatrixShard(shard) == nil {
            throw ValidationError("--shard is I/N, such as 2/4: I from 1 to N, N at most 1000.")
        }
    }

    func run() async throws {
        if let resume {
            let resumed = try ResumedRun(resume, data: guest.data)
            try await InterruptScope.run {
                try await runCells(resumed.cells, of: resumed.directory.current.matrix, resumed: resumed.directory)
            }
            return
        }
        let matrix = try Matrix.read(file!, plans: try guest.data.library())
        for note in MatrixListing.notes(matrix) { Terminal.error("note: \(note)") }
        let all = try matrix.runnable()
        let shard = shard.flatMap(MatrixShard.init)
        if list {
            try MatrixListing(all, shard: shard, options: guest.runOptions()).show(json: json)
            return
        }
        let cells = shard.map { shard in all.filter { shard.contains($0.id) } } ?? all
        let record = matrix.record(of: all, shard: shard)
        try await InterruptScope.run { try await runCells(cells, of: record, resumed: nil) }
    }

    private func runCells(_ cells: [Cell], of matrix: MatrixRecord?, resumed: RunDirectory?) async throws {
        var options = try guest.runOptions(earlier: resumed?.current.wish)
        options.schedule = schedule.schedule
        options.known = try knownIssues.issues(guest.data, plans: cells.map(\.plan.name))
        options.dumpsMemory = dumpMemory
        options.runsExpunged = resumed?.current.runsExpunged ?? false
        let (record, directory) = try await CellSession.run(
            cells, options, out: output.directory, resumed: resumed, matrix: matrix,
            isQuiet: display.quiet)
        if json {
            Terminal.output(String(decoding: try record.json(), as: UTF8.self))
        } else {
            Terminal.output(Summary(record, directory: directory).text)
        }
        throw Ended(status: record.exitStatus)
    }
}
