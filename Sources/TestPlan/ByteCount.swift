/// A size in bytes, written with a binary suffix: `512`, `64KiB`, `10MiB`, `1GiB`, `2TiB`.
///
/// `10M` and `10MB` are refused: one reader in two takes them for 10⁶.
public struct ByteCount: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The number of bytes, never negative.
    public let bytes: Int

    /// Creates a size of `bytes` bytes. Must not be negative.
    public init(bytes: Int) {
        precondition(bytes >= 0, "a size is not negative")
        self.bytes = bytes
    }

    /// `count` × 2¹⁰ bytes.
    public static func kibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 10) }
    /// `count` × 2²⁰ bytes.
    public static func mebibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 20) }
    /// `count` × 2³⁰ bytes.
    public static func gibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 30) }
    /// `count` × 2⁴⁰ bytes.
    public static func tebibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 40) }

    private static let suffixes = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]

    /// Parses `10MiB` or a plain number of bytes.
    ///
    /// - Throws: a ``Diagnostic`` without a location, with the nearest valid spelling as its advice.
    public init(parsing text: String) throws(Diagnostic) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = String(text.dropFirst(digits.count))
        guard !digits.isEmpty else {
            let advice = unit.hasPrefix("-") ? "a size is not negative" : "write a size such as 10MiB"
            throw Diagnostic(message: "\(quoted(text)) is not a size", advice: advice)
        }
        let shift: Int
        if unit.isEmpty {
            shift = 0
        } else if let suffix = Self.suffixes.first(where: { $0.0 == unit }) {
            shift = suffix.1
        } else {
            throw Self.unknownUnit(unit, of: text, digits: String(digits))
        }
        guard let number = Int(digits), number <= Int.max >> shift else {
            throw Diagnostic(message: "\(quoted(text)) is more than 63 bits can count", advice: "write a smaller size")
        }
        self.init(bytes: number << shift)
    }

    private static func unknownUnit(_ unit: String, of text: String, digits: String) -> Diagnostic {
        let trimmed = unit.filter { $0 != " " }
        // The letter says which power was meant: M, MB, mb, mib and " MiB" are all MiB.
        let meant = suffixes.first { suffix in
            let letter = suffix.0.prefix(1)
            return ["", "B", "iB", "i"].contains { trimmed.lowercased() == (letter + $0).lowercased() }
        }
        let spelling = meant?.0 ?? (["b", "byte", "bytes"].contains(trimmed.lowercased()) ? "" : nil)
        return Diagnostic(
            message: "\(quoted(text)) is not a size",
            advice: spelling.map { "did you mean \(digits)\($0)?" }
                ?? "use a number of bytes or one of the suffixes KiB, MiB, GiB and TiB"
        )
    }

    /// Decodes the text or a number of bytes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let bytes = try? container.decode(Int.self) {
            guard bytes >= 0 else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "a size is not negative")
            }
            self.init(bytes: bytes)
        } else {
            try self.init(parsing: container.decode(String.self))
        }
    }

    /// Encodes the text of ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// The size with the largest suffix that needs no fraction; `init(parsing:)` reads it back.
    public var description: String {
        guard bytes > 0, let suffix = Self.suffixes.first(where: { bytes & ((1 << $0.1) - 1) == 0 }) else {
            return "\(bytes)"
        }
        return "\(bytes >> suffix.1)\(suffix.0)"
    }

    /// Orders sizes by their bytes.
    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}
