import ArgumentParser
import Foundation
import HostProcess
import Machine
import RunRecord
import Runner
import SystemPackage
import TestPlan

/// `vmharness run PLAN…`
struct RunCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs plans on kernels and gives a verdict with its evidence.",
        discussion: """
            Kernels: debian:6.1 (newest of the series), debian:6.1+cloud, debian:6.1.0-56-amd64 (exact), build:PATH, \
            file:VMLINUZ,modules=DIR, host. Without --kernel a plan runs on the kernels of its calibration, as they \
            are; with --mutate on those that it names with that mutation.
            """)

    @Argument(
        help: ArgumentHelp("Names of plans, or directories that hold a plan.yaml.", valueName: "plan"),
        completion: Completions.plans)
    var plans: [String] = []

    @Option(
        help: "Go on with a run that was killed or interrupted: its directory, its id, or 'last'.",
        completion: Completions.runs)
    var resume: String?

    @Option(
        name: .customLong("kernel"), help: "A kernel to run on; may be given several times.",
        completion: Completions.kernels)
    var kernels: [String] = []

    @Option(
        help: ArgumentHelp(
            "Run with this mutation of the plan: a kernel module changed by its patch.", valueName: "name"),
        completion: Completions.mutations)
    var mutate: String?

    @Option(
        name: .customLong("set"), help: "A parameter of the plans, as name=value; may be given several times.",
        completion: Completions.settings)
    var settings: [String] = []

    @Option(help: "Run every cell this often.")
    var `repeat`: Int = 1

    @OptionGroup var guest: GuestOptions

    @OptionGroup var knownIssues: KnownIssueOptions

    @OptionGroup var schedule: ScheduleOptions

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print the record as one JSON document on standard output.")
    var json = false

    @OptionGroup var display: DisplayOptions

    @Flag(help: "Hold the guest of a failed cell for a look, until Enter or Ctrl-C.")
    var keepFailed = false

    @Flag(help: "Run expunged cases too: what they fail is known, and what they pass could be taken off the list.")
    var withExpunged = false

    @Flag(help: "Dump the guest's memory when something hangs.")
    var dumpMemory = false

    func validate() throws {
        if resume != nil {
            guard plans.isEmpty, kernels.isEmpty, mutate == nil, settings.isEmpty, `repeat` == 1, output.out == nil
            else {
                throw ValidationError("--resume takes plans, kernels, settings and directory from the run.")
            }
        }
        guard !plans.isEmpty || resume != nil else {
            throw ValidationError("Name at least one plan; `vmharness plan list` has them.")
        }
        guard !keepFailed || isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("--keep-failed needs a terminal: somebody must say when to go on.")
        }
        guard (1...10_000).contains(`repeat`) else { throw ValidationError("--repeat must be from 1 to 10000.") }
    }

    func run() async throws {
        if let resume {
            let resumed = try ResumedRun(resume, data: guest.data)
            try await InterruptScope.run { try await runCells(resumed.cells, resumed: resumed.directory) }
        } else {
            let cells = try cells()
            try await InterruptScope.run { try await runCells(cells, resumed: nil) }
        }
    }

    private func runCells(_ cells: [Cell], resumed: RunDirectory?) async throws {
        var options = try guest.runOptions(earlier: resumed?.current.wish)
        options.schedule = schedule.schedule
        options.known = try knownIssues.issues(guest.data, plans: cells.map(\.plan.name))
        options.dumpsMemory = dumpMemory
        options.runsExpunged = resumed?.current.runsExpunged ?? withExpunged
        if keepFailed { options.keepFailed = { try await InterruptScope.hold() } }
        let (record, directory) = try await CellSession.run(
            cells, options, out: output.directory, resumed: resumed, isQuiet: display.quiet)
        if json {
            Terminal.output(String(decoding: try record.json(), as: UTF8.self))
        } else {
            Terminal.output(Summary(record, directory: directory).text)
        }
        throw Ended(status: record.exitStatus)
    }

    /// The cells asked for, in the order of the command line.
    private func cells() throws -> [Cell] {
        let values = try PlanCommand.values(settings)
        let named = try kernels.map { try KernelName(parsing: $0) }
        var cells: [Cell] = []
        for name in plans {
            let plan = try guest.data.plan(name, settings: values)
            let mutation = try mutate.map(plan.mutation)
            let calibrated = (plan.calibration.fails + plan.calibration.passes)
                .filter { $0.mutation == mutate }.map(\.kernel)
            let chosen = named.isEmpty ? calibrated : named
            guard !chosen.isEmpty else {
                throw Failure(
                    "no kernel to run on", on: plan.file,
                    advice: "name one with --kernel: the plan's calibration has none"
                        + (mutate.map { " with mutation '\($0)'" } ?? ""), blame: .request)
            }
            let variants = try plan.combinations(settings: values).map { try guest.data.plan(name, settings: $0) }
            for kernel in chosen {
                for variant in variants {
                    for number in 1...`repeat` {
                        let cell = Cell(
                            plan: variant, kernel: kernel, mutation: mutation,
                            repetition: `repeat` > 1 ? number : nil)
                        if !cells.contains(where: { $0.id == cell.id }) { cells.append(cell) }
                    }
                }
            }
        }
        return cells
    }
}

/// How guests are booted, for every command that boots some.
struct GuestOptions: ParsableArguments {
    /// `AcceleratorProbe.Request`, for the command line.
    enum Accel: String, CaseIterable, ExpressibleByArgument {
        case auto, kvm, tcg
    }

    /// `Backend.Kind`, for the command line.
    enum Backing: String, CaseIterable, ExpressibleByArgument {
        case qemu, libvirt
    }

    /// `GuestStart`, for the command line.
    enum Start: String, CaseIterable, ExpressibleByArgument {
        case auto, template, cold
    }

    private static let standardBootTimeout = 120

    @Option(help: "auto, kvm or tcg (default: auto); auto proves KVM by booting something with it.")
    var accel: Accel?

    @Option(help: "qemu or libvirt (default: what the plan says, else qemu).")
    var backend: Backing?

    @Option(
        help: ArgumentHelp(
            "libvirt's URI (default: its driver within vmharness, without a daemon).", valueName: "uri"))
    var connect: String?

    @Option(
        help: """
            template or cold: guests start from a saved one of their kind, or boot; auto (default) takes what can be had.
            """)
    var start: Start?

    @Option(help: "Seconds a guest may take to answer its first command.")
    var bootTimeout: Int = GuestOptions.standardBootTimeout

    @Flag(help: "Ask the archives for newer kernels now.")
    var refresh = false

    @OptionGroup var data: DataOptions

    func validate() throws {
        guard (1...3600).contains(bootTimeout) else {
            throw ValidationError("--boot-timeout must be from 1 to 3600.")
        }
        guard connect == nil || backend != .qemu else {
            throw ValidationError("--connect is for --backend libvirt.")
        }
    }

    /// The kernel that was named, else the first of the plan's calibration.
    static func kernel(_ name: String?, for plan: TestPlan) throws -> KernelName {
        if let name { return try KernelName(parsing: name) }
        guard let kernel = (plan.calibration.fails + plan.calibration.passes).first?.kernel else {
            throw Failure("no kernel to run on", on: plan.file, advice: "name one with --kernel", blame: .request)
        }
        return kernel
    }

    /// True if the command line says nothing of guests; where plans are does not count.
    var isUnsaid: Bool {
        accel == nil && backend == nil && connect == nil && start == nil && bootTimeout == Self.standardBootTimeout
            && !refresh
    }

    /// - Parameter earlier: how a run that is gone on with was begun: it holds where the command line says nothing.
    func runOptions(earlier: GuestWish? = nil) throws -> RunOptions {
        var options = RunOptions(images: try data.directory().appending("images"))
        options.accelerator =
            (accel?.rawValue ?? earlier?.accelerator).flatMap { AcceleratorProbe.Request(rawValue: $0) } ?? .auto
        // Who names a connection means libvirt.
        let named = backend?.rawValue ?? (connect == nil ? earlier?.backend : Backend.Kind.libvirt.rawValue)
        options.backend = named.flatMap { Backend.Kind(rawValue: $0) }
        options.connect = connect ?? (options.backend == .libvirt ? earlier?.connect : nil)
        options.start = (start?.rawValue ?? earlier?.start).flatMap { GuestStart(rawValue: $0) } ?? .auto
        options.bootLimit = .seconds(bootTimeout)
        options.refresh = refresh
        return options
    }
}
