import ArgumentParser
import Foundation
import HostProcess
import RunRecord
import Runner
import SystemPackage
import TestPlan

/// `vmharness ab PLAN --kernel A --kernel B`
struct ABCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ab",
        abstract: "Tells whether a plan fails more often on one kernel than on another.",
        discussion: """
            Runs the plan on both in turn (A B, B A, A B, …) and stops as soon as the difference is decided, or after \
            --max pairs. A side is KERNEL, KERNEL,mutate=NAME or KERNEL,set=NAME=VALUE.

            Exit status: 0 it ran, decided or not (--json has the decision), 2 the request was wrong, 3 our side or \
            the host kept it from an answer.
            """)

    @Argument(
        help: ArgumentHelp("Name of a plan, or a directory that holds a plan.yaml.", valueName: "plan"),
        completion: Completions.plans)
    var plan: String?

    @Option(
        help: "Go on with a run of `ab` that was killed or interrupted: its directory, its id, or 'last'.",
        completion: Completions.runs)
    var resume: String?

    @Option(
        name: .customLong("kernel"), help: "A side; given twice, A first.", completion: Completions.kernels)
    var kernels: [String] = []

    @Option(
        help: ArgumentHelp("Both sides with this mutation of the plan.", valueName: "name"),
        completion: Completions.mutations)
    var mutate: String?

    @Option(
        name: .customLong("set"), help: "A parameter of the plan on both sides, as name=value; may be repeated.",
        completion: Completions.settings)
    var settings: [String] = []

    private static let standard = (max: 30, confidence: 0.95)

    @Option(help: "Pairs after which it ends undecided.")
    var max: Int = ABCommand.standard.max

    @Option(help: "How sure a decision must be, from 0.5 to 0.9999.")
    var confidence: Double = ABCommand.standard.confidence

    @OptionGroup var criterion: CriterionOptions

    @OptionGroup var jobs: JobsOptions

    @OptionGroup var guest: GuestOptions

    @OptionGroup var knownIssues: KnownIssueOptions

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print the decision as one JSON document on standard output.")
    var json = false

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if resume != nil {
            guard plan == nil, kernels.isEmpty, mutate == nil, settings.isEmpty, output.out == nil else {
                throw ValidationError("--resume takes plan, kernels, settings and directory from the run.")
            }
            guard max == Self.standard.max, confidence == Self.standard.confidence, criterion.isUnsaid,
                guest.isUnsaid, knownIssues.files.isEmpty
            else { throw ValidationError(ResumedCommand.whatIsTaken) }
        } else {
            guard plan != nil else { throw ValidationError("Name a plan; `vmharness plan list` has them.") }
            guard kernels.count == 2 else { throw ValidationError("--kernel is given twice: A, then B.") }
        }
        guard (1...1000).contains(max) else { throw ValidationError("--max must be from 1 to 1000.") }
        guard confidence >= 0.5, confidence <= 0.9999 else {
            throw ValidationError("--confidence must be from 0.5 to 0.9999.")
        }
    }

    func run() async throws {
        var (command, directory) = (self, RunDirectory?.none)
        if let resume {
            let (begun, resumed) = try ResumedCommand.open(resume, as: ABCommand.self)
            (command, directory) = (begun, resumed)
            (command.json, command.jobs, command.display) = (json, jobs, display)
            if let data = guest.data.data { command.guest.data.data = data }
        }
        let sides = try command.sides()
        let (asked, resumed) = (command, directory)
        try await InterruptScope.run { try await asked.compare(sides, resumed: resumed) }
    }

    private func compare(_ sides: ABSides, resumed: RunDirectory?) async throws {
        if let resumed {
            guard resumed.current.asked?.map(\.planDigest) == sides.cells.map(\.asked.planDigest),
                resumed.current.asked?.map(\.id) == sides.cells.map(\.id)
            else {
                throw Failure(
                    "the plan has been changed since the run began", on: sides.cells[0].plan.file,
                    advice: "start a new run", blame: .request)
            }
        }
        let weigh = { @Sendable [confidence, criterion] (cells: [CellRecord]) in
            ABComparison(
                pairs: sides.pairs.map { ($0.a.id, $0.b.id) }, cells: cells,
                criterion: criterion.criterion(countsBoot: true), confidence: confidence)
        }
        var options = try guest.runOptions()
        options.schedule.jobs = jobs.most
        options.schedule.isDecided = { weigh($0).conclusion }
        options.known = try knownIssues.issues(guest.data, plans: [sides.cells[0].plan.name])
        let (record, directory) = try await CellSession.run(
            sides.cells, options, out: output.directory, resumed: resumed, isQuiet: display.quiet
        ) { record in
            // The question is answered: what was not run any more is asked for no more.
            if record.interruption == nil { record.withdrawUnbegun() }
            record.answer = ABAnswer(sides, weigh(record.endedCells), record).text
        }
        let answer = ABAnswer(sides, weigh(record.endedCells), record)
        if json {
            try printJSON(answer.document(directory: directory, criterion: criterion.criterion(countsBoot: true)))
        } else {
            Terminal.output(answer.description(directory: directory))
        }
        throw Ended(status: answer.exitStatus)
    }

    /// The two sides and their cells.
    private func sides() throws -> ABSides {
        let subjects = try kernels.map { try TestSubject(parsing: $0) }
        let common = try PlanCommand.values(settings)
        func cell(_ subject: TestSubject, _ number: Int?) throws -> Cell {
            let values = common.merging(subject.settings) { $1 }
            let plan = try guest.data.singlePlan(self.plan ?? "", settings: values)
            let mutation = try (subject.mutation ?? mutate).map(plan.mutation)
            return Cell(plan: plan, kernel: subject.kernel, mutation: mutation, repetition: number)
        }
        let (a, b) = (try cell(subjects[0], nil), try cell(subjects[1], nil))
        guard a.id != b.id else {
            // A parameter without `values` is not in the id of a cell.
            let isSame = subjects[0] == subjects[1] || a == b
            throw Failure(
                isSame ? "both sides are the same" : "the cells of the two sides could not be told apart",
                on: subjects.map(\.description).joined(separator: ", "),
                advice: isSame
                    ? "name two that differ: KERNEL, KERNEL,mutate=NAME or KERNEL,set=NAME=VALUE"
                    : "list the values of the parameter under `values` in the plan", blame: .request)
        }
        return ABSides(a, b, names: subjects.map(\.description), count: max)
    }
}
