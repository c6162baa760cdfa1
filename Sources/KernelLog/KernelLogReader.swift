#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Finds kernel reports in a console, `dmesg` or journal as it grows.
///
/// Feed chunks cut anywhere; the reports are the same. Memory stays bounded whatever the
/// input: a partial line, a few open reports, and the finished ones until they are fetched.
///
/// ```swift
/// var reader = KernelLogReader()
/// for await chunk in console {
///     chunk.withUnsafeBytes { reader.read($0) }
///     for report in reader.nextReports() { print(report.title) }
/// }
/// for report in reader.finish() { print(report.title) }
/// ```
public struct KernelLogReader: Sendable {
    private var assembler = ReportAssembler()
    /// The beginning of a line whose end has not come yet.
    private var carry: [UInt8] = []
    /// Bytes read before the line (or piece of one) that begins next.
    private var offset = 0
    /// The number of that line.
    private var number = 1

    /// Longer lines are read in pieces of this size; printk records end at 1 KiB (`PRINTK_MESSAGE_MAX`).
    static let lineLimit = 4096

    /// Makes a reader at the beginning of a log.
    public init() {}

    /// Reads the next bytes of the log.
    public mutating func read(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        RuleBook.shared.filter.table.withUnsafeBufferPointer { filter in
            read(base.assumingMemoryBound(to: UInt8.self), bytes.count, filter.baseAddress!)
        }
    }

    /// The reports finished so far, each once, in the order they ended.
    public mutating func nextReports() -> [KernelReport] {
        assembler.drain()
    }

    /// How many reports were dropped because more than about 8 MB of them waited to be fetched.
    public var droppedReports: Int { assembler.dropped }

    /// Ends the log. Returns the reports not yet handed out.
    public mutating func finish() -> [KernelReport] {
        readCarry()
        assembler.finish()
        return assembler.drain()
    }

    /// What is known now, reports included that the kernel has not finished: for when the console
    /// has been quiet for a while. Each report is handed out once, so what the kernel adds to it
    /// afterwards (a panic, say) is read but not told.
    public mutating func flush() -> [KernelReport] {
        assembler.flush()
        return assembler.drain()
    }

    /// All reports of a log, in the order they begin.
    public static func reports(in bytes: [UInt8]) -> [KernelReport] {
        var reader = KernelLogReader()
        bytes.withUnsafeBytes { reader.read($0) }
        return reader.finish().sorted { $0.range.startByte < $1.range.startByte }
    }
}

// MARK: - Lines

extension KernelLogReader {
    private mutating func read(_ start: UnsafePointer<UInt8>, _ count: Int, _ filter: UnsafePointer<UInt8>) {
        var next = start
        let end = start + count
        if !carry.isEmpty { next = completeCarry(next, end, filter) }
        while next < end {
            let room = min(end - next, Self.lineLimit)
            if let hit = memchr(next, Int32(UInt8.newline), room) {
                let length = UnsafeRawPointer(hit) - UnsafeRawPointer(next)
                take(ByteView(start: next, count: length), length + 1, filter)
                number += 1
                next += length + 1
            } else if room == Self.lineLimit {
                take(ByteView(start: next, count: room), room, filter)
                next += room
            } else {
                carry.append(contentsOf: UnsafeBufferPointer(start: next, count: room))
                next = end
            }
        }
    }

    /// Fills up the line begun in the last chunk. Returns where the next one begins.
    private mutating func completeCarry(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ filter: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        let room = min(end - start, Self.lineLimit - carry.count)
        let hit = memchr(start, Int32(UInt8.newline), room)
        let length = hit.map { UnsafeRawPointer($0) - UnsafeRawPointer(start) } ?? room
        carry.append(contentsOf: UnsafeBufferPointer(start: start, count: length))
        guard hit != nil || carry.count == Self.lineLimit else { return end }
        let line = carry
        carry.removeAll(keepingCapacity: true)
        line.withUnsafeBufferPointer { buffer in
            take(
                ByteView(start: buffer.baseAddress ?? start, count: buffer.count), buffer.count + (hit == nil ? 0 : 1),
                filter)
        }
        if hit != nil { number += 1 }
        return start + length + (hit == nil ? 0 : 1)
    }

    private mutating func readCarry() {
        guard !carry.isEmpty else { return }
        let line = carry
        carry = []
        line.withUnsafeBufferPointer { buffer in
            RuleBook.shared.filter.table.withUnsafeBufferPointer { filter in
                take(ByteView(start: buffer.baseAddress!, count: buffer.count), buffer.count, filter.baseAddress!)
            }
        }
    }

    /// Looks at a line. Most end here: no report is open and no message on it begins like a headline.
    private mutating func take(_ line: ByteView, _ length: Int, _ filter: UnsafePointer<UInt8>) {
        var text = line
        while text.count > 0, text[text.count - 1] == .carriageReturn { text = text.slice(0, text.count - 1) }
        if !assembler.isIdle || LineScan.isInteresting(text, filter, kernelSpeaks: &assembler.power.hasSpoken) {
            if text.firstIndex(of: .escape) != nil {
                Terminal.withoutColours(text) { assemble($0, length, filter) }
            } else {
                assemble(text, length, filter)
            }
        }
        offset += length
    }

    private mutating func assemble(_ text: ByteView, _ length: Int, _ filter: UnsafePointer<UInt8>) {
        assembler.take(LineScan.parse(text, startByte: offset, endByte: offset + length, number: number, filter))
    }
}
