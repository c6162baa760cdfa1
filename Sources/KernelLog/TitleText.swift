/// Makes a title out of a line: what differs from run to run becomes a word.
///
/// Workers of a fuzzer lose their numbers. Addresses become `ADDR`, decimal numbers `NUM`, line numbers `LINE`; functions lose their
/// offsets. Control characters and repeated blanks go, and 120 bytes stay.
enum TitleText {
    static let limit = 120

    static func clean(_ raw: String) -> String {
        var text = dropWorkerNumbers(Array(raw.utf8))
        text = replaceAddresses(text)
        text = replaceLineNumbers(text)
        text = dropOffsets(text)
        text = replaceNumbers(text)
        return squeeze(text)
    }

    /// `syz-executor.3/4242`, `syz-executor286:77` → `syz-executor`; likewise `syzkaller012345`.
    private static func dropWorkerNumbers(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var i = 0
        while i < text.count {
            out.append(text[i])
            i += 1
            let isExecutor = text[i - 1] == UInt8(ascii: "r") && out.suffix(12).elementsEqual("syz-executor".utf8)
            guard isExecutor || text[i - 1] == UInt8(ascii: "r") && out.suffix(9).elementsEqual("syzkaller".utf8)
            else { continue }
            var j = i
            if isExecutor, j < text.count, text[j] == UInt8(ascii: ".") { j += 1 }
            let number = j
            while j < text.count, text[j].isDigit { j += 1 }
            guard j > number else { continue }
            i = j
            guard j + 1 < text.count, text[j] == UInt8(ascii: "/") || text[j] == .colon, text[j + 1].isDigit
            else { continue }
            j += 1
            while j < text.count, text[j].isDigit { j += 1 }
            i = j
        }
        return out
    }

    /// 6 or more hexadecimal digits behind something that is no letter or digit.
    private static func replaceAddresses(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var i = 0
        while i < text.count {
            out.append(text[i])
            let isBoundary = !(text[i].isLetter || text[i].isDigit)
            i += 1
            guard isBoundary else { continue }
            var j = i
            if j + 1 < text.count, text[j] == .zero, text[j + 1] == UInt8(ascii: "x") { j += 2 }
            let digits = j
            while j < text.count, let _ = text[j].hexValue, text[j] >= 0x61 || text[j].isDigit { j += 1 }
            if j - digits >= 6 {
                out.append(contentsOf: "ADDR".utf8)
                i = j
            }
        }
        return out
    }

    /// `file.c:12:34` → `file.c:LINE`.
    private static func replaceLineNumbers(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var i = 0
        while i < text.count {
            out.append(text[i])
            i += 1
            guard text[i - 1] == UInt8(ascii: ".") else { continue }
            var j = i
            while j < text.count, text[j].isIdentifier { j += 1 }
            var k = j
            while k + 1 < text.count, text[k] == .colon, text[k + 1].isDigit {
                k += 1
                while k < text.count, text[k].isDigit { k += 1 }
            }
            if j > i, k > j {
                out.append(contentsOf: text[i..<j])
                out.append(contentsOf: ":LINE".utf8)
                i = k
            }
        }
        return out
    }

    /// `f+0x12/0x34` → `f`.
    private static func dropOffsets(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var i = 0
        while i < text.count {
            if text[i] == UInt8(ascii: "+"), let last = out.last, last.isSymbol, let end = offset(text, i) {
                i = end
            } else {
                out.append(text[i])
                i += 1
            }
        }
        return out
    }

    private static func offset(_ text: [UInt8], _ start: Int) -> Int? {
        func hex(_ i: Int) -> Int? {
            guard i + 2 < text.count, text[i] == .zero, text[i + 1] == UInt8(ascii: "x") else { return nil }
            var j = i + 2
            while j < text.count, text[j].isDigit || text[j] >= 0x61 && text[j] <= 0x7a { j += 1 }
            return j > i + 2 ? j : nil
        }
        guard let slash = hex(start + 1), slash < text.count, text[slash] == UInt8(ascii: "/") else { return nil }
        return hex(slash + 1)
    }

    /// Numbers that stand alone, or are too long to be part of a name.
    private static func replaceNumbers(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var i = 0
        while i < text.count {
            guard text[i].isDigit else {
                out.append(text[i])
                i += 1
                continue
            }
            var j = i
            while j < text.count, text[j].isDigit { j += 1 }
            let standsAlone = i > 0 && !text[i - 1].isIdentifier && (j == text.count || !text[j].isIdentifier)
            if standsAlone, let end = address(text, i) {
                out.append(contentsOf: "IP".utf8)
                j = end
            } else if standsAlone, out.suffix(4).elementsEqual("CPU#".utf8) {
                out.removeLast()
            } else if standsAlone || j - i >= 7 {
                out.append(contentsOf: "NUM".utf8)
            } else {
                out.append(contentsOf: text[i..<j])
            }
            i = j
        }
        return out
    }

    /// Behind `127.0.0.1`.
    private static func address(_ text: [UInt8], _ start: Int) -> Int? {
        var i = start
        for part in 0..<4 {
            let first = i
            while i < text.count, text[i].isDigit { i += 1 }
            guard (1...3).contains(i - first) else { return nil }
            guard part < 3 else { break }
            guard i < text.count, text[i] == UInt8(ascii: ".") else { return nil }
            i += 1
        }
        return i
    }

    private static func squeeze(_ text: [UInt8]) -> String {
        var out: [UInt8] = []
        for byte in text.prefix(limit) {
            let byte = byte == .tab ? .space : byte
            guard byte >= 0x20, byte < 0x7f else { continue }
            if byte == .space, out.last ?? .space == .space { continue }
            out.append(byte)
        }
        while out.last == .space { out.removeLast() }
        return String(decoding: out, as: UTF8.self)
    }
}
