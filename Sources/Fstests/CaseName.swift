/// The name of a case: a directory below `tests/` and a file in it that begins with three digits or more.
enum CaseName {
    /// The longest name that is taken for one, in bytes.
    static let longest = 128

    /// The name with which a line begins, if it does.
    static func leading(_ line: [UInt8]) -> String? {
        let end = line.prefix(longest + 1).firstIndex { !isPart($0) } ?? min(line.count, longest + 1)
        return isName(line[..<end]) ? String(decoding: line[..<end], as: UTF8.self) : nil
    }

    /// Whether it is the name of a case: `generic/001`, `xfs/999-the-mark` (fstests' `VALID_TEST_NAME`).
    static func isName(_ text: some StringProtocol) -> Bool { isName(Array(text.utf8)[...]) }

    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= longest, let slash = bytes.firstIndex(of: UInt8(ascii: "/")), slash > bytes.startIndex
        else {
            return false
        }
        let file = bytes[(slash + 1)...]
        return file.count >= 3 && file.prefix(3).allSatisfy(\.isDigit) && !file.contains(UInt8(ascii: "/"))
            && bytes.allSatisfy(isPart) && bytes.first != UInt8(ascii: ".")
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

extension UInt8 {
    /// True for `0` to `9`.
    var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
}

extension StringProtocol {
    /// Without the white space around it.
    var trimmed: String {
        String(drop(while: \.isWhitespace).trimmingSuffix(while: \.isWhitespace))
    }
}

extension BidirectionalCollection where SubSequence == Self {
    func trimmingSuffix(while drops: (Element) -> Bool) -> Self {
        var rest = self
        while let last = rest.last, drops(last) { rest.removeLast() }
        return rest
    }
}
