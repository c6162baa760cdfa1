/// One action of a plan, carried out in the guest (or for it) after the one before has ended.
public struct PlanStep: Sendable, Hashable {
    /// What to do.
    public var action: StepAction
    /// The label from the plan's `name` key, or nil.
    public var name: String?
    /// How long it may take before the hang ladder begins, 1 ms to 24 h.
    public var timeout: Duration
    /// Whether it only prepares: no case of its own unless it goes wrong, so that its passing is no pass of the plan.
    public var isSetup: Bool
    /// Where the plan says it.
    public var location: SourceLocation

    /// Creates a step.
    public init(
        action: StepAction, name: String? = nil, timeout: Duration, isSetup: Bool = false, location: SourceLocation
    ) {
        self.action = action
        self.name = name
        self.timeout = timeout
        self.isSetup = isSetup
        self.location = location
    }

    /// True for a step that tests something; the others set up.
    public var isCase: Bool {
        if isSetup { return false }
        return switch action {
        case .moduleInsert, .moduleRemove, .moduleCycle, .run, .unmount, .fstests, .kselftest, .suite: true
        case .moduleBuild, .userspaceBuild, .modulePad, .mkfs, .mount, .mountDisk, .pmem, .pmemSave, .pmemRestore:
            false
        }
    }
}

/// What a step does. Each case is one file in the Steps room, and one key in a plan.
public enum StepAction: Sendable, Hashable {
    /// `module.build`: put the modules of a Kbuild directory of the plan, built for the cell's kernel, into a
    /// directory of the guest.
    case moduleBuild(source: String, at: String)
    /// `userspace.build`: put the C programs of a directory of the plan into a directory of the guest.
    case userspaceBuild(source: String, at: String)
    /// `module.pad`: copy a module of the cell's kernel into a share, with zero bytes appended up to `size`.
    case modulePad(module: String, size: ByteCount, to: ShareFile)
    /// `mount`: mount the share with the tag `virtiofs` at a directory, which is made if it does not exist.
    case mount(virtiofs: String, at: String, options: [String], readOnly: Bool)
    /// `mkfs`: make a file system on a disk, with options for mkfs.TYPE(8).
    case mkfs(disk: String, type: String, options: [String])
    /// `mount` of a disk: mount its file system of this type at a directory, which is made if it does not exist.
    case mountDisk(disk: String, type: String, at: String, options: [String], readOnly: Bool)
    /// `pmem`: give persistent memory a mode; the device is `/dev/vmharness/NAME` afterwards.
    case pmem(device: String, layout: PmemLayout)
    /// `pmem.save`: keep what persistent memory holds now, labels and all, under its name.
    case pmemSave(device: String)
    /// `pmem.restore`: bring back what `pmem.save` kept of it.
    case pmemRestore(device: String)
    /// `unmount`: unmount what is mounted at a directory.
    case unmount(at: String)
    /// `module.insert`: insert a module, with `NAME=VALUE` parameters. `dependencies`: insert first those of the
    /// kernel's own modules which a file needs.
    case moduleInsert(ModuleSource, parameters: [String], dependencies: Bool)
    /// `module.remove`: remove a module by its name.
    case moduleRemove(name: String)
    /// `module.cycle`: insert and remove a module a number of times, while a command, if any, runs over and over.
    case moduleCycle(ModuleSource, parameters: [String], times: Int, load: GuestCommand?)
    /// `run`: run a command and expect its exit status; `caseName` makes it a case with a verdict of its own.
    case run(GuestCommand, status: Int, caseName: String?)
    /// `fstests`: run cases of an fstests tree.
    case fstests(FstestsRequest)
    /// `kselftest`: run the kernel's own selftests.
    case kselftest(KselftestRequest)
    /// `suite`: run a program that reports its cases as KTAP or TAP.
    case suite(SuiteRequest)

    /// The action's key in a plan, such as `module.insert`.
    public var kind: StepKind {
        switch self {
        case .moduleBuild: .moduleBuild
        case .userspaceBuild: .userspaceBuild
        case .modulePad: .modulePad
        case .mkfs: .mkfs
        case .mount, .mountDisk: .mount
        case .pmem: .pmem
        case .pmemSave: .pmemSave
        case .pmemRestore: .pmemRestore
        case .unmount: .unmount
        case .moduleInsert: .moduleInsert
        case .moduleRemove: .moduleRemove
        case .moduleCycle: .moduleCycle
        case .run: .run
        case .fstests: .fstests
        case .kselftest: .kselftest
        case .suite: .suite
        }
    }
}

/// The keys of a plan's steps.
public enum StepKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Build modules of the plan.
    case moduleBuild = "module.build"
    /// Build programs of the plan.
    case userspaceBuild = "userspace.build"
    /// Copy and pad a module.
    case modulePad = "module.pad"
    /// Make a file system.
    case mkfs
    /// Mount a share or a disk.
    case mount
    /// Give persistent memory a mode.
    case pmem
    /// Keep the contents of persistent memory.
    case pmemSave = "pmem.save"
    /// Bring the contents of persistent memory back.
    case pmemRestore = "pmem.restore"
    /// Unmount a directory.
    case unmount
    /// Insert a module.
    case moduleInsert = "module.insert"
    /// Remove a module.
    case moduleRemove = "module.remove"
    /// Insert and remove a module over and over.
    case moduleCycle = "module.cycle"
    /// Run a command.
    case run
    /// Run cases of fstests.
    case fstests
    /// Run the kernel's selftests.
    case kselftest
    /// Run a program that speaks KTAP or TAP.
    case suite

    /// How long a step of this kind may take unless the plan says otherwise.
    ///
    /// Generous, since TCG is some twenty times slower than KVM; plans that wait for a hang set their own.
    public var defaultTimeout: Duration {
        switch self {
        case .moduleBuild, .userspaceBuild, .modulePad, .mkfs, .mount, .pmem, .pmemSave, .pmemRestore,
            .unmount, .moduleInsert, .moduleRemove:
            .seconds(60)
        case .moduleCycle, .run: .seconds(300)
        // Their cases have limits of their own.
        case .fstests, .kselftest, .suite: .seconds(24 * 3600)
        }
    }
}

/// A file in a share, written `TAG:/PATH`.
public struct ShareFile: Sendable, Hashable, CustomStringConvertible {
    /// The share's tag.
    public var tag: String
    /// The path within the share: absolute, normalised, without `..`.
    public var path: String

    /// Creates a reference; `path` must be absolute and normalised.
    public init(tag: String, path: String) {
        self.tag = tag
        self.path = path
    }

    /// `TAG:/PATH`.
    public var description: String { "\(tag):\(path)" }
}

/// Which module to insert.
public enum ModuleSource: Sendable, Hashable, CustomStringConvertible {
    /// The file at an absolute path in the guest, by `finit_module(2)` without its dependencies.
    case path(String)
    /// The kernel's own module of this name, with its dependencies.
    case name(String)

    /// The path or the name.
    public var description: String {
        switch self {
        case .path(let text), .name(let text): text
        }
    }
}

/// A command for the guest.
public enum GuestCommand: Sendable, Hashable {
    /// A program with its arguments, not seen by any shell. Never empty.
    case arguments([String])
    /// A line for the guest's `sh -c`.
    case shell(String)
}
