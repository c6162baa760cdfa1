/// What a terminal would not show: colours, cursor movements, carriage returns (ECMA-48).
enum Terminal {
    /// Behind carriage returns, bells, NULs and escape sequences at an index.
    static func skipControl(_ line: ByteView, from: Int) -> Int {
        var i = from
        while i < line.count {
            switch line[i] {
            case .escape: i = skipEscape(line, at: i)
            case 0, 7, 8, .carriageReturn, 0x0e, 0x0f: i += 1
            default: return i
            }
        }
        return i
    }

    /// Calls with a copy of a line that holds no escape sequences.
    static func withoutColours(_ line: ByteView, _ body: (ByteView) -> Void) {
        var plain: [UInt8] = []
        plain.reserveCapacity(line.count)
        var i = 0
        while i < line.count {
            if line[i] == .escape {
                i = skipEscape(line, at: i)
            } else {
                plain.append(line[i])
                i += 1
            }
        }
        plain.withUnsafeBufferPointer { buffer in
            body(ByteView(start: buffer.baseAddress ?? line.start, count: buffer.count))
        }
    }

    private static func skipEscape(_ line: ByteView, at index: Int) -> Int {
        guard line.at(index + 1) == .bracket else { return min(index + 2, line.count) }
        var i = index + 2
        while i < line.count, line[i] < 0x40 { i += 1 }
        return min(i + 1, line.count)
    }
}
