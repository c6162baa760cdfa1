public import RemoteShell
public import SystemPackage
public import TestPlan

/// What a step may use: the guest by its shell, and the host's side of it.
public struct StepContext: Sendable {
    /// The guest's shell.
    public let shell: RemoteShell
    /// The cell's directory, for the files of cases.
    public let directory: FilePath
    /// The host's directory behind each virtiofs tag.
    public let shares: [String: FilePath]
    /// The tags whose share the guest may not write to.
    public let readOnlyShares: Set<String>
    /// Where the guest has its persistent memory, by name.
    public let pmem: [String: GuestPmem]
    /// The names of that which began with an image of the plan's.
    public let golden: Set<String>
    /// What was built of the plan's sources, by the step that wants it.
    public let built: [StepAction: [FilePath]]
    /// The uncompressed bytes of a module of the guest's kernel, by name.
    public let moduleBytes: @Sendable (String) async throws -> [UInt8]

    /// What a step may use.
    public init(
        shell: RemoteShell, directory: FilePath, shares: [String: FilePath], readOnlyShares: Set<String> = [],
        pmem: [String: GuestPmem] = [:], golden: Set<String> = [], built: [StepAction: [FilePath]] = [:],
        moduleBytes: @Sendable @escaping (String) async throws -> [UInt8]
    ) {
        self.shell = shell
        self.directory = directory
        self.shares = shares
        self.readOnlyShares = readOnlyShares
        self.pmem = pmem
        self.golden = golden
        self.built = built
        self.moduleBytes = moduleBytes
    }
}

/// How a step ended.
public enum StepOutcome: Sendable {
    /// It did what it should.
    case passed
    /// What it tests went wrong: one sentence, and the lines that show it.
    case failed(reason: String, evidence: [String])
    /// Our side, the set-up or the plan: not the kernel's fault.
    case broken(reason: String)
    /// It neither ended nor will: its limit is over, and the hang ladder is next.
    case hung(limit: Duration)
    /// The guest no longer answers by SSH.
    case lost(reason: String)
}

/// How a step ended and what it printed.
public struct StepResult: Sendable {
    /// How it ended.
    public var outcome: StepOutcome
    /// What it printed in the guest, for the evidence.
    public var output: String
    /// Results of its own that it reported; with one of them, a step that passed says nothing itself.
    public var cases: [StepCase]

    /// An outcome and what was printed.
    public init(_ outcome: StepOutcome, output: String = "", cases: [StepCase] = []) {
        self.outcome = outcome
        self.output = output
        self.cases = cases
    }
}

/// Where a step leaves the id of its process in the guest, for the ladder to find.
public let stepProcessFile = "/run/vmharness-step.pid"

/// What stands before that id on the console, for a ladder that SSH no longer reaches.
public let stepProcessMark = "vmharness: step process "

/// The beginning of a step's script: tells which process it is. What the
/// script then starts by `exec` keeps the id.
let announcement = "echo $$ >\(stepProcessFile); echo \"<5>\(stepProcessMark)$$\" >/dev/kmsg"

/// A step of a plan, carried out.
///
/// - Parameters:
///   - step: what to do.
///   - context: what it may use.
/// - Throws: `CancellationError`.
public func perform(_ step: PlanStep, in context: StepContext) async throws -> StepResult {
    do {
        return try await withinGuest(step, context)
    } catch let error as CancellationError {
        throw error
    } catch is RemoteShell.TimedOut {
        return StepResult(.hung(limit: step.timeout))
    } catch let lost as RemoteShell.Lost {
        return StepResult(.lost(reason: lost.description))
    } catch {
        try Task.checkCancellation()
        return StepResult(.broken(reason: "\(error)"))
    }
}

private func withinGuest(_ step: PlanStep, _ context: StepContext) async throws -> StepResult {
    switch step.action {
    case .moduleBuild(_, let place), .userspaceBuild(_, let place):
        try await placeBuilt(step.action, at: place, step.timeout, in: context)
    case .modulePad(let module, let size, let target):
        try await padModule(module, to: size.bytes, at: target, in: context)
    case .mount(let tag, let directory, let options, let readOnly):
        try await mount(tag, at: directory, options: options, readOnly: readOnly, step.timeout, in: context)
    case .mkfs(let disk, let type, let options):
        try await makeFilesystem(type, on: disk, options: options, step.timeout, in: context)
    case .mountDisk(let disk, let type, let directory, let options, let readOnly):
        try await mountDisk(
            disk, type: type, at: directory, options: options, readOnly: readOnly, step.timeout, in: context)
    case .pmem(let name, let layout):
        try await arrangePmem(name, layout, step.timeout, in: context)
    case .pmemSave(let name):
        try await savePmem(name, step.timeout, in: context)
    case .pmemRestore(let name):
        try await restorePmem(name, step.timeout, in: context)
    case .suite(let request):
        try await runProgram(request, step.timeout, in: context)
    case .fstests, .kselftest:
        StepResult(.broken(reason: "a suite is run by its cases"))
    case .unmount(let directory):
        try await unmount(directory, step.timeout, in: context)
    case .moduleInsert(let source, let parameters, let dependencies):
        try await insertModule(
            source, parameters: parameters, dependencies: dependencies, step.timeout, in: context)
    case .moduleCycle(let source, let parameters, let times, let load):
        try await cycleModule(
            source, parameters: parameters, times: times, load: load, step.timeout, in: context)
    case .moduleRemove(let name):
        try await removeModule(name, step.timeout, in: context)
    case .run(let command, let status, _):
        try await runCommand(command, status: status, step.timeout, in: context)
    }
}

/// The lines of a text, for evidence: the last few, without blank ones.
func lastLines(_ text: String, _ count: Int = 8) -> [String] {
    text.split(whereSeparator: \.isNewline).suffix(count).map(String.init)
}
