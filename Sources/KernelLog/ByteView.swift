#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A look at bytes that somebody else keeps alive for the length of a call.
///
/// Views never outlive the call they are handed to; what is kept is copied. Indices are
/// checked in debug builds, where the tests feed hostile logs.
struct ByteView {
    let start: UnsafePointer<UInt8>
    let count: Int

    init(start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        self.count = count
    }

    init(_ literal: StaticString) {
        self.init(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    var isEmpty: Bool { count == 0 }

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        assert(index >= 0 && index < count)
        return start[index]
    }

    /// The byte at an index, or 0 outside the view.
    @inline(__always)
    func at(_ index: Int) -> UInt8 {
        index >= 0 && index < count ? start[index] : 0
    }

    @inline(__always)
    func slice(_ from: Int, _ to: Int) -> ByteView {
        assert(from >= 0 && from <= to && to <= count)
        return ByteView(start: start + from, count: to - from)
    }

    @inline(__always)
    func dropFirst(_ n: Int) -> ByteView {
        let n = Swift.min(n, count)
        return ByteView(start: start + n, count: count - n)
    }

    var string: String { String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) }
}

// MARK: - Searching

extension ByteView {
    func firstIndex(of byte: UInt8, from: Int = 0) -> Int? {
        guard from < count, let hit = memchr(start + from, Int32(byte), count - from) else { return nil }
        return UnsafeRawPointer(hit) - UnsafeRawPointer(start)
    }

    func hasPrefix(_ literal: StaticString, at offset: Int = 0) -> Bool {
        hasPrefix(ByteView(literal), at: offset)
    }

    func hasPrefix(_ other: ByteView, at offset: Int = 0) -> Bool {
        offset >= 0 && count - offset >= other.count && memcmp(start + offset, other.start, other.count) == 0
    }

    func hasSuffix(_ literal: StaticString) -> Bool {
        count >= literal.utf8CodeUnitCount && hasPrefix(literal, at: count - literal.utf8CodeUnitCount)
    }

    func find(_ literal: StaticString, from: Int = 0) -> Int? {
        find(ByteView(literal), from: from)
    }

    /// Where a needle begins. Lines are short and needles literal, so `memchr` on the first byte serves.
    func find(_ needle: ByteView, from: Int = 0) -> Int? {
        guard needle.count > 0 else { return from <= count ? from : nil }
        var i = from
        while i + needle.count <= count {
            let room = count - needle.count + 1 - i
            guard let hit = memchr(start + i, Int32(needle.start[0]), room) else { return nil }
            i = UnsafeRawPointer(hit) - UnsafeRawPointer(start)
            if memcmp(start + i, needle.start, needle.count) == 0 { return i }
            i += 1
        }
        return nil
    }

    func contains(_ literal: StaticString) -> Bool { find(literal) != nil }

    func equals(_ literal: StaticString) -> Bool { count == literal.utf8CodeUnitCount && hasPrefix(literal) }

    func trimmed() -> ByteView {
        var a = 0
        var b = count
        while a < b, self[a] == .space || self[a] == .tab { a += 1 }
        while b > a, self[b - 1] == .space || self[b - 1] == .tab { b -= 1 }
        return slice(a, b)
    }
}

// MARK: - Numbers

extension ByteView {
    /// The decimal number that begins at an index and the index behind it; nil without a digit or beyond 18 digits.
    func decimal(at from: Int) -> (value: Int, end: Int)? {
        var i = from
        var value = 0
        while i < count, self[i].isDigit {
            guard i - from < 18 else { return nil }
            value = value * 10 + Int(self[i] - .zero)
            i += 1
        }
        return i > from ? (value, i) : nil
    }

    /// The hexadecimal number (with or without `0x`) that begins at an index; nil beyond 16 digits.
    func hexadecimal(at from: Int) -> (value: UInt64, end: Int)? {
        var i = from
        if at(i) == .zero, at(i + 1) == UInt8(ascii: "x") { i += 2 }
        let first = i
        var value: UInt64 = 0
        while let digit = at(i).hexValue {
            guard i - first < 16 else { return nil }
            value = value << 4 | UInt64(digit)
            i += 1
        }
        return i > first ? (value, i) : nil
    }
}

extension UInt8 {
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let zero = UInt8(ascii: "0")
    static let bracket = UInt8(ascii: "[")
    static let closingBracket = UInt8(ascii: "]")
    static let colon = UInt8(ascii: ":")
    static let escape: UInt8 = 0x1b
    static let newline: UInt8 = 0x0a
    static let carriageReturn: UInt8 = 0x0d

    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }

    @inline(__always)
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }

    /// A byte of a C identifier.
    @inline(__always)
    var isIdentifier: Bool { isLetter || isDigit || self == UInt8(ascii: "_") }

    var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x61...0x66: self - 0x61 + 10
        case 0x41...0x46: self - 0x41 + 10
        default: nil
        }
    }
}
