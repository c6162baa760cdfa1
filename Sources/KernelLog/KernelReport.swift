/// One thing the kernel said went wrong, as read from a console or `dmesg`.
///
/// Titles follow the convention that syzbot made common (`WARNING in f`,
/// `KASAN: slab-use-after-free Read in f`), so that they can be searched for and
/// compared between runs and tools: the function in a title is the one to blame,
/// never the helper that printed.
public struct KernelReport: Sendable, Hashable, Codable {
    /// The report in one line of at most 120 ASCII characters, without addresses, numbers or offsets.
    public var title: String
    /// What class of trouble this is.
    public var kind: Kind
    /// The function to blame; nil when the trace is missing or damaged.
    public var function: String?
    /// Where the check that fired stands in the sources, such as `mm/page_alloc.c:5634`.
    public var location: String?
    /// The processor the report was made on.
    public var cpu: Int?
    /// The process that ran (or hung).
    public var pid: Int?
    /// The name of that process, at most 15 characters in the kernel.
    public var comm: String?
    /// The taint letters of the kernel without blanks, such as `GWE`; nil when it said `Not tainted` or nothing.
    public var taint: String?
    /// The kernel that speaks, from the report itself or from the boot it belongs to.
    public var kernel: KernelIdentity?
    /// Where the processor was, when the report names it before its stack (`RIP:`, `pc :`, `PC is at`, `NIP`).
    /// An address of an instruction, where frames hold return addresses. arm64 has it as its first frame too, x86
    /// begins with the caller.
    public var instructionPointer: Frame?
    /// All frames in the order of the log, at most ``frameLimit``.
    public var frames: [Frame]
    /// The registers in the order of the log, at most ``registerLimit``.
    public var registers: [Register]
    /// The text is cut short or interleaved with another, so title and function may be wrong.
    public var corrupted: Bool
    /// The kernel went on to panic.
    public var panicked: Bool
    /// The text came from user space through `/dev/kmsg`, where the log says so
    /// (a record priority with a facility other than the kernel's, `printk.c: devkmsg_write()`).
    public var forged: Bool
    /// Where the report lies in the stream.
    public var range: LogRange
    /// Seconds since boot, when the first line carries them.
    public var timestamp: Double?

    /// Makes a report, for those who keep or test them; everything but what it is and where may be left out.
    public init(
        title: String, kind: Kind, function: String? = nil, location: String? = nil, cpu: Int? = nil, pid: Int? = nil,
        comm: String? = nil, taint: String? = nil, kernel: KernelIdentity? = nil,
        instructionPointer: Frame? = nil, frames: [Frame] = [], registers: [Register] = [], corrupted: Bool = false,
        panicked: Bool = false, forged: Bool = false,
        range: LogRange, timestamp: Double? = nil
    ) {
        self.title = title
        self.kind = kind
        self.function = function
        self.location = location
        self.cpu = cpu
        self.pid = pid
        self.comm = comm
        self.taint = taint
        self.kernel = kernel
        self.instructionPointer = instructionPointer
        self.frames = frames
        self.registers = registers
        self.corrupted = corrupted
        self.panicked = panicked
        self.forged = forged
        self.range = range
        self.timestamp = timestamp
    }

    /// How much the report matters; a property of its ``kind``.
    public var severity: Severity { kind.severity }

    /// The largest number of frames kept for a report.
    public static let frameLimit = 256
    /// The largest number of registers kept for a report.
    public static let registerLimit = 64
}

extension KernelReport {
    /// How much a report matters.
    public enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
        /// The kernel is at fault or no longer works: it crashed, hung, or found itself inconsistent.
        case failure
        /// Trouble below or beside the kernel (storage, IOMMU, a virtual device) that it lived through.
        case notice
    }
}
