import ArgumentParser
import HostProcess
import RunRecord
import Runner
import SystemPackage
import TestPlan

/// `vmharness bisect-step PLAN --kernel build:.`, for `git bisect run`.
struct BisectStep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bisect-step",
        abstract: "Judges one kernel for `git bisect run`, in git's exit status.",
        discussion: """
            Exit status, as git-bisect(1) wants it: 0 the kernel is good, 1 it is bad, 125 it cannot be judged and is to \
            be skipped, 129 the request was wrong or the host failed, 130 it was interrupted: both of these end the \
            bisection. No other command of vmharness is fit to be called by `git bisect run`.
            """)

    @Argument(
        help: ArgumentHelp("Name of a plan, or a directory that holds a plan.yaml.", valueName: "plan"),
        completion: Completions.plans)
    var plan: String

    @Option(help: "The kernel: build:PATH for a tree that was built.", completion: Completions.kernels)
    var kernel: String

    @OptionGroup var subject: BisectSubject

    @OptionGroup var repeats: RepeatOptions

    @OptionGroup var criterion: CriterionOptions

    @Flag(help: "Say 0 where the plan fails and 1 where it passes, to find the commit that mended it.")
    var findFix = false

    @OptionGroup var jobs: JobsOptions

    @OptionGroup var guest: GuestOptions

    @OptionGroup var knownIssues: KnownIssueOptions

    @OptionGroup var output: OutputOptions

    @OptionGroup var display: DisplayOptions

    /// What git makes of an exit status of ours: what is no verdict must not look like one.
    ///
    /// - Parameter arguments: the command line.
    static func status(_ status: Int32, of arguments: [String]) -> Int32 {
        guard arguments.dropFirst().first == configuration.commandName else { return status }
        return status == 2 || status == 3 ? 129 : status
    }

    func run() async throws {
        let (plan, mutation) = try subject.plan(self.plan, in: guest.data)
        let name = try KernelName(parsing: kernel)
        let passes = repeats.passes
        // As many as it must pass, and a second try for the first that says nothing.
        let cells = (1...passes + Bisection.mostUnjudged - 1).map {
            Cell(plan: plan, kernel: name, mutation: mutation, repetition: $0)
        }
        do {
            try await InterruptScope.run { try await judge(cells, passes) }
        } catch is CancellationError {
            Terminal.output("bisect-step: not judged: \(InterruptScope.reason ?? "interrupted")")
            throw Ended(status: 130)
        }
    }

    private func judge(_ cells: [Cell], _ passes: Int) async throws {
        let criterion = criterion.criterion(countsBoot: false)
        let standing = { @Sendable (records: [CellRecord]) in
            // Beside a kernel that is good beyond doubt, so that it is the end that is bad.
            var one = Bisection(count: 2, passes: passes)
            for record in records { one.note(criterion.outcome(of: record), of: 1) }
            return one.standing(of: 1)
        }
        var options = try guest.runOptions()
        options.schedule.jobs = jobs.most
        options.schedule.isDecided = { standing($0) == .open ? nil : "the kernel is judged" }
        options.known = try knownIssues.issues(guest.data, plans: [cells[0].plan.name])
        let record: RunRecord
        let directory: FilePath
        do {
            (record, directory) = try await CellSession.run(
                cells, options, out: output.directory, isQuiet: display.quiet
            ) { record in
                if record.interruption == nil { record.withdrawUnbegun() }
            }
        } catch let invalid as InvalidFile {
            // The plan itself was read before: it is this kernel that lacks something.
            for diagnostic in invalid.diagnostics { Terminal.error("\(diagnostic)") }
            Terminal.output("bisect-step: cannot be judged: the kernel cannot run the plan")
            throw Ended(status: 125)
        } catch let failure as Failure where failure.blame == .request {
            let fitness = KernelFitness(options: options) { _ in }
            guard let reason = try await fitness.whyNot(cells[0]) else { throw failure }
            Terminal.output("bisect-step: cannot be judged: \(Terminal.visible(reason))")
            throw Ended(status: 125)
        }
        Terminal.output(Summary(record, directory: directory).text)
        if let interruption = record.interruption {
            Terminal.output("bisect-step: not judged: \(interruption)")
            throw Ended(status: 130)
        }
        let rate = Terminal.visible("\(kernel)")
        switch standing(record.cells) {
        case .good:
            Terminal.output("bisect-step: \(findFix ? "fixed" : "good"): \(rate) passed")
            throw Ended(status: findFix ? 1 : 0)
        case .bad:
            Terminal.output("bisect-step: \(findFix ? "not fixed yet" : "bad"): \(rate) failed")
            throw Ended(status: findFix ? 0 : 1)
        case .skipped(let reason):
            Terminal.output("bisect-step: cannot be judged: \(Terminal.visible(reason))")
        case .open:
            Terminal.output("bisect-step: cannot be judged: too few repeats gave a verdict")
        }
        throw Ended(status: 125)
    }
}
