public import KernelLog

/// Something the kernel or a daemon said or did wrong, with its place in a log.
public struct Finding: Sendable, Hashable, Codable {
    /// Where it was seen.
    public enum Source: String, Sendable, Hashable, Codable {
        /// The serial console.
        case console
        /// The guest's `/dev/kmsg`, and not on the console.
        case kmsg
        /// The hang ladder.
        case ladder
        /// QEMU: its exit, its log, its QMP events.
        case qemu
        /// virtiofsd: its exit, its log.
        case virtiofsd
        /// A step's own check.
        case step
    }

    /// How much it weighs in the verdict.
    public enum Severity: String, Sendable, Hashable, Codable {
        /// Fails the case in which it occurred.
        case failure
        /// Our side or the host: makes the case an `error`.
        case trouble
        /// Recorded, without weight of its own.
        case notice
    }

    /// The lines of a log that show it.
    public struct Place: Sendable, Hashable, Codable {
        /// The file, relative to the cell's directory.
        public var file: String
        /// First line, from 1.
        public var line: Int
        /// Line after the last.
        public var endLine: Int
        /// First byte, from 0.
        public var byte: Int
        /// Byte after the last.
        public var endByte: Int

        /// A range of lines and bytes in a file; both end exclusive.
        public init(file: String, line: Int, endLine: Int, byte: Int, endByte: Int) {
            self.file = file
            self.line = line
            self.endLine = endLine
            self.byte = byte
            self.endByte = endByte
        }
    }

    /// Where it was seen.
    public var source: Source
    /// How much it weighs.
    public var severity: Severity
    /// The class of trouble: a kind of `KernelLog`, or `hang`, `panic-event`,
    /// `watchdog`, `daemon-died`, `qemu-died`, `step-failed`.
    public var kind: String
    /// One line that can be searched for and compared across runs.
    public var title: String
    /// The function blamed.
    public var function: String?
    /// `file:line` in the kernel's source, where the kernel names it or its debug information tells.
    public var location: String?
    /// The process id in the guest.
    public var pid: Int?
    /// The process's name in the guest.
    public var comm: String?
    /// Seconds since the guest's boot, where the kernel gave a time.
    public var timestamp: Double?
    /// The stack, innermost frame first; frames the kernel marks `?` left out.
    public var stack: [String]
    /// The stack in the kernel's sources, with the calls that the compiler inlined, where there was debug
    /// information of this very kernel; nil without.
    public var sources: [SourceFrame]?
    /// Its place in a log, where it has one.
    public var place: Place?
    /// Sentences or lines that explain it, at most a few.
    public var detail: [String]
    /// The kernel's whole report, for findings that are one.
    public var report: KernelReport?

    /// A finding; all but source, severity, kind and title may be left out.
    public init(
        source: Source, severity: Severity, kind: String, title: String, function: String? = nil,
        location: String? = nil, pid: Int? = nil, comm: String? = nil, timestamp: Double? = nil,
        stack: [String] = [], place: Place? = nil, detail: [String] = [], report: KernelReport? = nil
    ) {
        self.source = source
        self.severity = severity
        self.kind = kind
        self.title = title
        self.function = function
        self.location = location
        self.pid = pid
        self.comm = comm
        self.timestamp = timestamp
        self.stack = stack
        self.place = place
        self.detail = detail
        self.report = report
    }
}

extension Finding {
    /// A kernel report as a finding. One that user space forged has no weight.
    ///
    /// - Parameters:
    ///   - report: what `KernelLog` read.
    ///   - source: console or kmsg.
    ///   - file: the log it was read from, relative to the cell's directory.
    public init(_ report: KernelReport, source: Source, file: String) {
        var detail: [String] = []
        if report.forged { detail.append("written to /dev/kmsg by user space, not by the kernel") }
        if report.corrupted { detail.append("the report is damaged: interleaved or cut short") }
        self.init(
            source: source,
            severity: report.severity == .failure && !report.forged ? .failure : .notice,
            kind: report.kind.rawValue,
            title: report.title,
            function: report.function,
            location: report.location,
            pid: report.pid,
            comm: report.comm,
            timestamp: report.timestamp,
            // The trace begins with the caller of where the CPU was.
            stack: ([report.instructionPointer].compactMap { $0 } + report.frames.filter { !$0.isUnreliable }).map {
                frame in
                frame.module.map { "\(frame.function) [\($0)]" } ?? frame.function
            },
            place: Place(
                file: file, line: report.range.startLine, endLine: report.range.endLine,
                byte: report.range.startByte, endByte: report.range.endByte),
            detail: detail,
            report: report
        )
    }
}
