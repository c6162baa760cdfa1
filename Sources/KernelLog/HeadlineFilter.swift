/// Whether a message may begin a report, told by its first four bytes.
///
/// Two tables of one byte an entry: the first by the first two bytes, the second by all four.
/// False alarms cost a closer look, misses do not happen.
struct HeadlineFilter: Sendable {
    static let size = 4096

    /// 0: no, ``ask``: look at four bytes, ``yes``: the known beginning is shorter than that.
    private(set) var table = [UInt8](repeating: 0, count: 2 * size)

    private static let ask: UInt8 = 1
    private static let yes: UInt8 = 2

    @inline(__always)
    static func hash(_ a: UInt8, _ b: UInt8) -> Int {
        (Int(a) &* 37 &+ Int(b)) & (size - 1)
    }

    @inline(__always)
    private static func hash(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> Int {
        let word = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
        return size + Int((word &* 0x9e37_79b1) >> 20)
    }

    /// Lets messages through that begin so.
    mutating func insert(_ lead: [UInt8]) {
        precondition(lead.count >= 2, "a headline begins with at least two known bytes")
        let pair = Self.hash(lead[0], lead[1])
        guard lead.count >= 4 else {
            table[pair] = Self.yes
            return
        }
        table[pair] = max(table[pair], Self.ask)
        table[Self.hash(lead[0], lead[1], lead[2], lead[3])] = 1
    }

    /// Asks for the bytes at an index of a line. `table` is ``table``, held by the caller for a whole chunk.
    @inline(__always)
    static func admits(_ line: ByteView, _ index: Int, _ table: UnsafePointer<UInt8>) -> Bool {
        guard index + 3 < line.count else { return index + 1 < line.count }
        switch table[hash(line[index], line[index + 1])] {
        case 0: return false
        case yes: return true
        default: return table[hash(line[index], line[index + 1], line[index + 2], line[index + 3])] != 0
        }
    }
}
