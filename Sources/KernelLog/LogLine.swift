/// A console line on its way through the reader: the bytes and what its prefix says.
struct LogLine {
    /// What the kernel (or whoever) said, behind timestamps, levels and caller.
    var message: ByteView
    /// Who said it, as far as the prefix tells.
    var speaker: Speaker
    /// Seconds since boot.
    var timestamp: Double?
    /// Written to `/dev/kmsg` by a process.
    var isForged: Bool
    /// Where the line begins in the stream.
    var startByte: Int
    /// Where the next line begins.
    var endByte: Int
    /// Its number, counted from 1.
    var number: Int

    /// Where the line lies.
    var range: LogRange {
        LogRange(startByte: startByte, endByte: endByte, startLine: number, endLine: number + 1)
    }
}

/// Who wrote a line. Lines of one report share their speaker, which is what tells
/// interleaved reports of several CPUs apart where `CONFIG_PRINTK_CALLER` prints it.
struct Speaker: Hashable {
    enum Kind: UInt8 {
        /// No printk prefix: user space, firmware, or a kernel with `printk.time=0`.
        case unknown
        /// A timestamp but no caller.
        case kernel
        /// `[  T123]`: a task.
        case task
        /// `[    C1]`: a processor in interrupt context.
        case processor
    }

    var kind: Kind
    /// The task or processor number.
    var id: UInt32 = 0

    static let unknown = Speaker(kind: .unknown)
    static let kernel = Speaker(kind: .kernel)

    /// The prefix named the caller.
    var isNamed: Bool { kind == .task || kind == .processor }
}
