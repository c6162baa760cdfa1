public import Machine
public import RunRecord
public import SystemPackage
public import TestPlan

/// How to run cells.
public struct RunOptions: Sendable {
    /// The accelerator.
    public var accelerator: AcceleratorProbe.Request
    /// What starts the guests; nil leaves it to each plan, and is QEMU where that says nothing.
    public var backend: Backend.Kind?
    /// libvirt's URI; nil for its driver in our own process.
    public var connect: String?
    /// Whether guests start from a template or boot.
    public var start: GuestStart
    /// How many cells at a time, in which order, and when to stop.
    public var schedule: Schedule
    /// Take a dump of the guest's memory when something hangs.
    public var dumpsMemory: Bool
    /// Awaited before the guest of a failed cell is ended; nil ends it at once.
    public var keepFailed: (@Sendable () async throws -> Void)?
    /// Where `images/` is.
    public var images: FilePath
    /// How long a guest may take to answer its first command.
    public var bootLimit: Duration
    /// Ask the archives for newer kernels even if the index is fresh.
    public var refresh: Bool
    /// Seconds that cases took in the past, the median, by their names in the record; for limits and parts.
    public var medians: @Sendable (Cell) -> [String: Double]
    /// What cells of the same plan and accelerator took in the past; for the order of cells and how many run at a time.
    public var costs: @Sendable (PreparedCell) -> [CellCost]
    /// Known issues over all plans; those of a plan come with it.
    public var known: [KnownIssue]
    /// Run expunged cases too: what they fail is `known`.
    public var runsExpunged: Bool

    /// Defaults: any accelerator, one guest at a time, no dump, nothing kept.
    public init(images: FilePath) {
        accelerator = .auto
        backend = nil
        connect = nil
        start = .auto
        schedule = Schedule()
        dumpsMemory = false
        keepFailed = nil
        self.images = images
        bootLimit = .seconds(120)
        refresh = false
        medians = { _ in [:] }
        costs = { _ in [] }
        known = []
        runsExpunged = false
    }

    /// What the record keeps of them, for a run that is gone on with; nil if all was left open.
    public var wish: GuestWish? {
        let wish = GuestWish(
            accelerator: accelerator == .auto ? nil : accelerator.rawValue, backend: backend?.rawValue,
            connect: connect, start: start == .auto ? nil : start.rawValue)
        return wish == GuestWish(accelerator: nil, backend: nil, connect: nil, start: nil) ? nil : wish
    }
}
