/// A line of registers: `RAX: 0000000000000000 RBX: ...`, `x29: ffff8000 x28: ...`, `sp : ffff8000`.
enum RegisterLine {
    /// Whether a line is one: its first pair is a short name and a value of at least 4 digits.
    static func isOne(_ text: ByteView) -> Bool {
        guard let pair = next(text, 0) else { return false }
        return pair.digits >= 4
    }

    /// All pairs of a line.
    static func parse(_ text: ByteView) -> [Register] {
        var registers: [Register] = []
        var i = 0
        while let pair = next(text, i) {
            if pair.digits >= 4 { registers.append(Register(name: pair.name.string, value: pair.value)) }
            i = pair.end
            while text.at(i) == .space { i += 1 }
        }
        return registers
    }

    private static func next(
        _ text: ByteView, _ index: Int
    ) -> (name: ByteView, value: UInt64, digits: Int, end: Int)? {
        var i = index
        while text.at(i).isIdentifier { i += 1 }
        let name = text.slice(index, i)
        guard (2...6).contains(name.count), !name[0].isDigit else { return nil }
        while text.at(i) == .space { i += 1 }
        guard text.at(i) == .colon else { return nil }
        i += 1
        while text.at(i) == .space { i += 1 }
        // `RSP: 0018:ffffc90000`: the segment comes first.
        if let segment = text.hexadecimal(at: i), text.at(segment.end) == .colon { i = segment.end + 1 }
        guard let value = text.hexadecimal(at: i) else { return nil }
        var end = value.end
        // `FS:  0000000017bea3c0(0000) `
        if text.at(end) == UInt8(ascii: "("), let close = text.firstIndex(of: UInt8(ascii: ")"), from: end) {
            end = close + 1
        }
        guard end >= text.count || text.at(end) == .space else { return nil }
        return (name, value.value, value.end - i, end)
    }
}
