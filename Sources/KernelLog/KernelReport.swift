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

/// Which kernel wrote a report.
public struct KernelIdentity: Sendable, Hashable, Codable {
    /// As `uname -r` prints it: `6.1.0-56-amd64`.
    public var release: String
    /// As `uname -v` begins: `#1 Debian 6.1.192-2`; nil when the log does not say.
    public var build: String?

    /// Names a kernel.
    public init(release: String, build: String? = nil) {
        self.release = release
        self.build = build
    }
}

/// One line of a stack trace.
public struct Frame: Sendable, Hashable, Codable {
    /// The symbol without compiler suffixes being cut: `foo`, `foo.isra.0`.
    public var function: String
    /// Bytes from the start of the function; nil for inlined frames.
    public var offset: UInt64?
    /// The size of the function in bytes, when printed.
    public var size: UInt64?
    /// The module the function lives in; nil for the kernel itself.
    public var module: String?
    /// The unwinder only found the address on the stack (`? f`).
    public var isUnreliable: Bool
    /// The compiler put the function into its caller (symbolized logs only).
    public var isInlined: Bool
}

/// A register as the report printed it.
public struct Register: Sendable, Hashable, Codable {
    /// The name in the kernel's spelling: `RAX`, `x29`, `CR2`.
    public var name: String
    /// Its value.
    public var value: UInt64
}

/// A place in a log: bytes and lines, the start inclusive and the end exclusive.
public struct LogRange: Sendable, Hashable, Codable {
    /// The offset of the first byte.
    public var startByte: Int
    /// The offset behind the last byte.
    public var endByte: Int
    /// The number of the first line, counted from 1.
    public var startLine: Int
    /// The number of the line behind the last one.
    public var endLine: Int

    /// Names a place in a log.
    public init(startByte: Int, endByte: Int, startLine: Int, endLine: Int) {
        self.startByte = startByte
        self.endByte = endByte
        self.startLine = startLine
        self.endLine = endLine
    }
}
