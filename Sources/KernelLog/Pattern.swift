/// A shape of a line, written as the line itself with holes: `BUG: KFENCE: {type} in {function}`.
///
/// | hole | takes |
/// |---|---|
/// | `{*}` | anything, as little as possible |
/// | `{rest}` | everything up to the end |
/// | `{type}` | lower-case letters and dashes |
/// | `{word}` | identifier characters |
/// | `{function}` | a symbol that is followed by `+` or `.`, optionally behind an address |
/// | `{source}` | `path.ext:123` |
/// | `{number}` | decimal digits |
/// | `{hex}` | hexadecimal digits |
/// | `{access}` | `Read` or `Write` |
/// | `{comm}` | a process name (at most 64 bytes, as little as possible) |
/// | `{cpu}`, `{pid}` | decimal digits |
/// | `{end}` | nothing, and only blanks may follow |
/// | `{address}` | `[<ffffffff81234567>]` |
struct Pattern: Sendable {
    enum Hole: String, Sendable {
        case any = "*"
        case rest, type, word, function, source, number, hex, access, comm, cpu, pid, address, end
    }

    enum Element: Sendable {
        case literal([UInt8])
        case hole(Hole)
    }

    let elements: [Element]

    init(_ text: StaticString) {
        elements = Self.compile(ByteView(text))
    }

    /// For patterns that a table puts together from names.
    init(text: String) {
        elements = text.withView(Self.compile)
    }

    /// The text stands in our own source, so an unknown hole is a mistake of ours and traps.
    private static func compile(_ view: ByteView) -> [Element] {
        var elements: [Element] = []
        var i = 0
        while i < view.count {
            if view[i] == UInt8(ascii: "{"), let close = view.firstIndex(of: UInt8(ascii: "}"), from: i) {
                guard let hole = Hole(rawValue: view.slice(i + 1, close).string) else {
                    preconditionFailure("unknown hole in \(view.string)")
                }
                elements.append(.hole(hole))
                i = close + 1
            } else {
                let end = view.firstIndex(of: UInt8(ascii: "{"), from: i) ?? view.count
                elements.append(.literal(Array(UnsafeBufferPointer(start: view.start + i, count: end - i))))
                i = end
            }
        }
        return elements
    }

    /// What every matching line begins with.
    var leadingBytes: [UInt8] {
        if case .literal(let bytes)? = elements.first { bytes } else { [] }
    }
}

/// What the holes of a pattern took, as places in the matched line.
struct Captures {
    private(set) var ranges: [Pattern.Hole: (start: Int, end: Int)] = [:]

    mutating func set(_ hole: Pattern.Hole, _ start: Int, _ end: Int) {
        if hole != .any { ranges[hole] = (start, end) }
    }
}

// MARK: - Matching

extension Pattern {
    /// Whether a line begins like this pattern.
    func matches(_ line: ByteView) -> Bool {
        var captures = Captures()
        return match(line, 0, 0, &captures)
    }

    /// Matches and hands back what the holes took.
    func captures(_ line: ByteView) -> Captures? {
        var captures = Captures()
        return match(line, 0, 0, &captures) ? captures : nil
    }

    private func match(_ line: ByteView, _ index: Int, _ position: Int, _ captures: inout Captures) -> Bool {
        var index = index
        var position = position
        while index < elements.count {
            switch elements[index] {
            case .literal(let bytes):
                let fits = bytes.withUnsafeBufferPointer { buffer in
                    line.hasPrefix(ByteView(start: buffer.baseAddress!, count: buffer.count), at: position)
                }
                guard fits else { return false }
                position += bytes.count
            case .hole(let hole) where hole == .any || hole == .comm:
                return matchAny(line, hole, index, position, &captures)
            case .hole(let hole):
                guard let (start, end) = take(hole, line, position) else { return false }
                captures.set(hole, start, end)
                position = end
            }
            index += 1
        }
        return true
    }

    /// Lets an open hole grow until what follows fits. Two open holes in one pattern make this
    /// quadratic in a line of at most 4 KiB that already begins like a report, no more.
    private func matchAny(
        _ line: ByteView, _ hole: Hole, _ index: Int, _ position: Int, _ captures: inout Captures
    ) -> Bool {
        let last = hole == .comm ? min(line.count, position + 64) : line.count
        guard position <= last else { return false }
        guard index + 1 < elements.count else { return true }
        var end = position
        while end <= last {
            if case .literal(let bytes) = elements[index + 1] {
                // Jump to where the next literal stands.
                let hit = bytes.withUnsafeBufferPointer { buffer in
                    line.find(ByteView(start: buffer.baseAddress!, count: buffer.count), from: end)
                }
                guard let hit, hit <= last else { return false }
                end = hit
            }
            if match(line, index + 1, end, &captures) {
                captures.set(hole, position, end)
                return true
            }
            end += 1
        }
        return false
    }

    private func take(_ hole: Hole, _ line: ByteView, _ position: Int) -> (start: Int, end: Int)? {
        var end = position
        switch hole {
        case .any, .comm: return nil
        case .rest: return (position, line.count)
        case .type:
            while line.at(end) == UInt8(ascii: "-") || (line.at(end) >= 0x61 && line.at(end) <= 0x7a) { end += 1 }
        case .word:
            while line.at(end).isIdentifier { end += 1 }
        case .number, .cpu, .pid:
            while line.at(end).isDigit { end += 1 }
        case .hex:
            while line.at(end).hexValue != nil { end += 1 }
        case .access:
            end += line.hasPrefix("Read", at: position) ? 4 : line.hasPrefix("Write", at: position) ? 5 : 0
        case .end:
            while line.at(end) == .space { end += 1 }
            return end >= line.count ? (position, position) : nil
        case .address:
            end = FrameLine.skipAddress(line, position)
            while end > position, line[end - 1] == .space { end -= 1 }
        case .function: return Self.function(line, position)
        case .source: return Self.source(line, position)
        }
        return end > position ? (position, end) : nil
    }

    /// `name+0x1/0x2` or `name.part.0+...`, behind an optional `[<ffffffff81234567>] `.
    private static func function(_ line: ByteView, _ position: Int) -> (start: Int, end: Int)? {
        let start = FrameLine.skipAddress(line, position)
        var end = start
        while line.at(end).isIdentifier { end += 1 }
        guard end > start, line.at(end) == UInt8(ascii: "+") || line.at(end) == UInt8(ascii: ".") else { return nil }
        return (start, end)
    }

    private static func source(_ line: ByteView, _ position: Int) -> (start: Int, end: Int)? {
        var end = position
        var dot = false
        while true {
            let byte = line.at(end)
            if byte == UInt8(ascii: ".") { dot = true }
            guard
                byte.isIdentifier || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            else { break }
            end += 1
        }
        guard dot, end > position, line.at(end) == .colon, let number = line.decimal(at: end + 1) else { return nil }
        return (position, number.end)
    }
}
