import ArgumentParser
import Foundation
import GuestImage
import HostProcess
import RunRecord
import Runner
import SystemPackage
import TestPlan

/// `vmharness bisect PLAN --good KERNEL --bad KERNEL`
struct BisectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bisect",
        abstract: "Finds the kernel package with which a plan begins to fail, or to pass.",
        discussion: """
            Looks at the kernels of Debian that can be had between the two, in the order of their versions, or at those \
            named with --kernel, in the given order. The good one may be older (who broke it?) or newer (who mended \
            it?). For the commits of a git tree there is `vmharness bisect-step`.

            Exit status: 0 it was found, or narrowed down to kernels of which some cannot be judged, 2 the request was \
            wrong (also a good kernel that fails, a bad one that passes), 3 our side or the host kept it from an answer.
            """)

    /// `KernelStore.Among`, for the command line.
    enum Among: String, CaseIterable, ExpressibleByArgument {
        case all, newest, cached
    }

    @Argument(
        help: ArgumentHelp("Name of a plan, or a directory that holds a plan.yaml.", valueName: "plan"),
        completion: Completions.plans)
    var plan: String?

    @Option(
        help: "Go on with a bisection that was killed or interrupted: its directory, its id, or 'last'.",
        completion: Completions.runs)
    var resume: String?

    @Option(help: "A kernel on which the plan passes.", completion: Completions.kernels)
    var good: String?

    @Option(help: "A kernel on which the plan fails.", completion: Completions.kernels)
    var bad: String?

    @Option(help: "Which of Debian's kernels between them: all, the newest of each series, or those in the cache.")
    var among: Among = .all

    @Option(
        name: .customLong("kernel"),
        help: "A kernel between the two, instead of Debian's; given in their order from the good one to the bad one.",
        completion: Completions.kernels)
    var kernels: [String] = []

    @OptionGroup var subject: BisectSubject

    @OptionGroup var repeats: RepeatOptions

    @OptionGroup var criterion: CriterionOptions

    @OptionGroup var jobs: JobsOptions

    @OptionGroup var guest: GuestOptions

    @OptionGroup var knownIssues: KnownIssueOptions

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print the kernels, and run nothing.")
    var list = false

    @Flag(help: "Print the answer as one JSON document on standard output.")
    var json = false

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if resume != nil {
            guard plan == nil, good == nil, bad == nil, kernels.isEmpty, subject.isUnsaid, output.out == nil, !list
            else {
                throw ValidationError("--resume takes plan, kernels, settings and directory from the run.")
            }
            guard among == .all, repeats.isUnsaid, criterion.isUnsaid, guest.isUnsaid, knownIssues.files.isEmpty else {
                throw ValidationError(ResumedCommand.whatIsTaken)
            }
        } else {
            guard plan != nil else { throw ValidationError("Name a plan; `vmharness plan list` has them.") }
            guard good != nil, bad != nil else { throw ValidationError("--good and --bad name the two ends.") }
        }
        guard kernels.isEmpty || among == .all else {
            throw ValidationError("--kernel names the kernels between: --among chooses others.")
        }
    }

    func run() async throws {
        if let resume {
            let (begun, directory) = try ResumedCommand.open(resume, as: BisectCommand.self) {
                // Also one that has its answer, for lack of kernels.
                try !Self.row(in: $0).unavailable.isEmpty
            }
            var asked = begun
            (asked.json, asked.jobs, asked.display) = (json, jobs, display)
            if let data = guest.data.data { asked.guest.data.data = data }
            let command = asked
            var row = try Self.row(in: directory.path)
            // What could not be had then may be there now.
            row.unavailable = [:]
            try await InterruptScope.run { [row] in try await command.bisect(row, resumed: directory) }
        } else {
            try await InterruptScope.run { [self] in
                let row = try await row()
                if list { return try print(row) }
                try await bisect(row, resumed: nil)
            }
        }
    }

    private func bisect(_ row: BisectRow, resumed: RunDirectory?) async throws {
        let (plan, mutation) = try subject.plan(self.plan ?? "", in: guest.data)
        var options = try guest.runOptions()
        options.schedule.jobs = jobs.most
        options.known = try knownIssues.issues(guest.data, plans: [plan.name])
        let ends = [row.kernels.first!, row.kernels.last!].map { BisectSession.cell(plan, $0, mutation, 1) }
        if let resumed {
            guard resumed.current.asked?.first?.planDigest == ends[0].asked.planDigest else {
                throw Failure(
                    "the plan has been changed since the run began", on: plan.file, advice: "start a new run",
                    blame: .request)
            }
        } else {
            // What is wrong with the request is said before there is a run.
            _ = try await Preparation(options: options, cache: .standard()) { [display] in
                if !display.quiet { Terminal.error($0) }
            }.prepare(ends)
        }
        let directory = try resumed ?? CellSession.newDirectory(output.directory, [ends[0]], options)
        var session = BisectSession(
            plan, mutation: mutation, criterion: criterion.criterion(countsBoot: false), passes: repeats.passes,
            options: options, isQuiet: display.quiet, directory: directory, row: row)
        let answer: BisectAnswer
        do {
            answer = try await session.run()
        } catch {
            Terminal.error("`vmharness bisect --resume \(directory.current.id)` goes on")
            throw error
        }
        if json {
            try printJSON(answer.document(directory: directory.path))
        } else {
            Terminal.output(answer.description(directory: directory.path))
        }
        throw Ended(status: answer.exitStatus)
    }

    /// The kernels from the good one to the bad one.
    private func row() async throws -> BisectRow {
        let ends = try [good ?? "", bad ?? ""].map { try KernelName(parsing: $0) }
        guard kernels.isEmpty else {
            let names = [ends[0]] + (try kernels.map { try KernelName(parsing: $0) }) + [ends[1]]
            for (at, name) in names.enumerated() where names[..<at].contains(name) {
                throw Failure("a kernel is named twice", on: "\(name)", advice: "name each once", blame: .request)
            }
            return BisectRow(
                kernels: names.map { KernelCandidate(name: $0, release: "", version: "", isCached: false) }, notes: [])
        }
        let store = KernelStore(cache: .standard()) { [display] in if !display.quiet { Terminal.error($0) } }
        let (kernels, notes) = try await store.candidates(
            from: ends[0], to: ends[1], among: KernelStore.Among(rawValue: among.rawValue)!, refresh: guest.refresh)
        return BisectRow(kernels: kernels, notes: notes)
    }

    /// The kernels that a bisection began with.
    private static func row(in directory: FilePath) throws -> BisectRow {
        let file = directory.appending(BisectRow.fileName)
        do {
            let bytes = try BoundedRead.bytes(of: file, limit: 4 << 20)
            let row = try JSONDecoder().decode(BisectRow.self, from: Data(bytes))
            guard row.kernels.count >= 2 else { throw CocoaError(.coderReadCorrupt) }
            return row
        } catch {
            throw Failure(
                "the kernels that it was to look at cannot be read", on: file.string, advice: "start a new run",
                blame: .request)
        }
    }

    private func print(_ row: BisectRow) throws {
        if json { return try printJSON(row.kernels) }
        try printList(
            row.kernels, json: false, header: ["", "KERNEL", "VERSION", "CACHED"]
        ) { kernel in
            let end = kernel == row.kernels.first ? "good" : kernel == row.kernels.last ? "bad" : ""
            return [end, "\(kernel.name)", kernel.version, kernel.isCached ? "yes" : "no"]
        }
        for note in row.notes { Terminal.error("note: \(note)") }
        let bisection = Bisection(count: row.kernels.count, passes: repeats.passes)
        Terminal.error("\(row.kernels.count) kernels, about \(bisection.kernelsLeft) of them to run")
    }
}
