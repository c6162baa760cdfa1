/// The lines of one report: the bytes of their messages, and what each line is.
///
/// Bounded by ``lineLimit`` and ``byteLimit``; what comes later is counted as part of the
/// report but not kept.
struct ReportText {
    struct Line {
        var start: Int
        var count: Int
        var shape: LineShape
        var isUnreliable: Bool
    }

    static let lineLimit = 3000
    static let byteLimit = 256 * 1024

    private(set) var lines: [Line] = []
    private var bytes: [UInt8] = []
    /// Lines had to be left out.
    private(set) var isTruncated = false

    mutating func append(_ message: ByteView, shape: LineShape, isUnreliable: Bool) {
        guard lines.count < Self.lineLimit, bytes.count + message.count <= Self.byteLimit else {
            isTruncated = true
            return
        }
        lines.append(Line(start: bytes.count, count: message.count, shape: shape, isUnreliable: isUnreliable))
        bytes.append(contentsOf: UnsafeBufferPointer(start: message.start, count: message.count))
    }

    /// Gives access to the text for the length of a call.
    func read<T>(_ body: (Reader) -> T) -> T {
        bytes.withUnsafeBufferPointer { buffer in
            body(Reader(lines: lines, base: buffer.baseAddress ?? ByteView("").start))
        }
    }

    /// The lines as views, valid inside ``ReportText/read(_:)``.
    struct Reader {
        let lines: [Line]
        let base: UnsafePointer<UInt8>

        var count: Int { lines.count }

        subscript(index: Int) -> ByteView {
            ByteView(start: base + lines[index].start, count: lines[index].count)
        }
    }
}

extension ReportText.Reader {
    /// 32-bit arm: frames of the form `callee from caller+0x1/0x2`, and no header above them.
    var hasArmTrace: Bool {
        for index in 0..<count {
            switch lines[index].shape {
            case .traceStart: return false
            case .frame: if self[index].contains(" from ") { return true }
            default: break
            }
        }
        return false
    }

    /// The report says where the processor was, or its frames carry addresses as before 5.18.
    var hasPosition: Bool {
        lines.indices.contains { index in
            lines[index].shape == .instructionPointer || lines[index].shape == .frame && self[index].contains("[<")
        }
    }
}
