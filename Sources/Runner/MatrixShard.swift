public import RunRecord

/// One of the parts into which a matrix is divided, so that several machines share it.
///
/// Which part a cell is in follows from its id alone: a cell that is added or taken away moves no other. The parts are
/// therefore of nearly the same size, and not of exactly the same.
public struct MatrixShard: Sendable, Hashable {
    /// From 1.
    public let number: Int
    /// How many there are, 1 to 1000.
    public let count: Int

    /// A part as `I/N` says it, from `1/N` to `N/N`; nil if the text is no such thing.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let number = Int(parts[0]), let count = Int(parts[1]), (1...1000).contains(count),
            (1...count).contains(number)
        else { return nil }
        self.number = number
        self.count = count
    }

    /// As the record has it.
    public var record: MatrixRecord.Shard { MatrixRecord.Shard(number: number, count: count) }

    /// Whether the cell of an id is in this part.
    public func contains(_ id: String) -> Bool { Self.number(of: id, among: count) == number }

    /// The part, from 1, in which the cell of an id is: FNV-1a of the id's bytes, mixed as MurmurHash3 ends (FNV's lowest
    /// bits depend on the lowest bits of the text alone), modulo the number of parts. It is the same on every machine
    /// and must stay so.
    public static func number(of id: String, among count: Int) -> Int {
        var hash = id.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        for factor in [0xff51_afd7_ed55_8ccd as UInt64, 0xc4ce_b9fe_1a85_ec53] {
            hash = (hash ^ hash >> 33) &* factor
        }
        return Int((hash ^ hash >> 33) % UInt64(count)) + 1
    }
}
