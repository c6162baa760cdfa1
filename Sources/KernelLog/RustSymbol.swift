/// Rust names as a reader knows them: `<kernel::foo::Baz>::start` for `_RNvMNtCs1_6kernel3fooNtB2_3Baz5start`.
///
/// The v0 scheme (Rust RFC 2603), without constants, function pointers and trait objects, which do
/// not occur in the names of functions that a trace blames; those names stay as they are. The
/// legacy scheme is a list of lengths and names with a hash at the end.
struct RustSymbol {
    private let text: [UInt8]
    private var position = 0
    private var depth = 0
    private var out = ""

    /// Backreferences make short symbols expand; real ones stay far below.
    private static let limits = (depth: 64, length: 1000)

    private init(_ text: [UInt8]) { self.text = text }

    /// The name in Rust's spelling; nil when it is none of Rust's.
    static func demangle(_ name: ByteView) -> String? {
        let bytes = Array(UnsafeBufferPointer(start: name.start, count: name.count))
        if name.hasPrefix("_R") {
            var symbol = RustSymbol(Array(bytes.dropFirst(2)))
            return symbol.path(isType: false) ? symbol.out : nil
        }
        return name.hasPrefix("_ZN") ? legacy(Array(bytes.dropFirst(3))) : nil
    }

    /// `_ZN4core9panicking5panic17h0123456789abcdefE`
    private static func legacy(_ text: [UInt8]) -> String? {
        var symbol = RustSymbol(text)
        var names: [String] = []
        while symbol.peek != UInt8(ascii: "E") {
            guard let name = symbol.plainName() else { return nil }
            names.append(name)
        }
        guard let hash = names.last, hash.utf8.count == 17, hash.hasPrefix("h"), names.count > 1 else { return nil }
        return names.dropLast().joined(separator: "::")
    }
}

// MARK: - Reading

extension RustSymbol {
    private var peek: UInt8 { position < text.count ? text[position] : 0 }

    private mutating func take(_ byte: Character) -> Bool {
        guard peek == byte.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func decimal() -> Int? {
        var value = 0
        let start = position
        while peek.isDigit, position - start < 6 {
            value = value * 10 + Int(peek - .zero)
            position += 1
        }
        return position > start ? value : nil
    }

    /// Base 62, ended by `_`; a bare `_` is 0.
    private mutating func base62() -> UInt64? {
        if take("_") { return 0 }
        var value: UInt64 = 0
        while peek != UInt8(ascii: "_") {
            let digit: UInt8
            switch peek {
            case 0x30...0x39: digit = peek - 0x30
            case 0x61...0x7a: digit = peek - 0x61 + 10
            case 0x41...0x5a: digit = peek - 0x41 + 36
            default: return nil
            }
            let (product, tooLong) = value.multipliedReportingOverflow(by: 62)
            let (sum, tooLarge) = product.addingReportingOverflow(UInt64(digit))
            guard !tooLong, !tooLarge, sum < .max else { return nil }
            value = sum
            position += 1
        }
        position += 1
        return value + 1
    }

    private mutating func plainName() -> String? {
        guard let length = decimal(), position + length <= text.count else { return nil }
        defer { position += length }
        return String(decoding: text[position..<position + length], as: UTF8.self)
    }

    /// A name with its disambiguator (`s1_`), which only matters for closures.
    private mutating func identifier() -> (name: String, index: UInt64)? {
        var index: UInt64 = 0
        if take("s") {
            guard let number = base62() else { return nil }
            index = number &+ 1
        }
        _ = take("u")
        guard let length = decimal() else { return nil }
        _ = take("_")
        guard position + length <= text.count else { return nil }
        defer { position += length }
        return (String(decoding: text[position..<position + length], as: UTF8.self), index)
    }
}

// MARK: - Grammar

extension RustSymbol {
    private mutating func write(_ string: String) -> Bool {
        out += string
        return out.utf8.count <= Self.limits.length
    }

    /// Reads something elsewhere in the symbol.
    private mutating func backReference(_ start: Int, _ body: (inout RustSymbol) -> Bool) -> Bool {
        guard let number = base62(), let target = Int(exactly: number), target < start else { return false }
        let next = position
        position = target
        defer { position = next }
        return body(&self)
    }

    private mutating func path(isType: Bool) -> Bool {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.limits.depth else { return false }
        let start = position
        switch peek {
        case UInt8(ascii: "C"):
            position += 1
            guard let (name, _) = identifier() else { return false }
            return write(name)
        case UInt8(ascii: "N"):
            position += 1
            let space = peek
            position += 1
            guard path(isType: isType), let (name, index) = identifier() else { return false }
            switch space {
            case UInt8(ascii: "C"): return write("::{closure#\(index)}")
            case UInt8(ascii: "S"): return write("::{shim:\(name)#\(index)}")
            default: return name.isEmpty || write("::\(name)")
            }
        case UInt8(ascii: "M"), UInt8(ascii: "X"), UInt8(ascii: "Y"):
            return implementation()
        case UInt8(ascii: "I"):
            position += 1
            guard path(isType: isType), write(isType ? "<" : "::<"), list(end: "E") else { return false }
            return write(">")
        case UInt8(ascii: "B"):
            position += 1
            return backReference(start) { $0.path(isType: isType) }
        default:
            return false
        }
    }

    /// `<T>` and `<T as Trait>`; the path of the impl block itself is not shown.
    private mutating func implementation() -> Bool {
        let kind = peek
        position += 1
        if kind != UInt8(ascii: "Y") {
            if take("s"), base62() == nil { return false }
            let shown = out
            guard path(isType: true) else { return false }
            out = shown
        }
        guard write("<"), type() else { return false }
        if kind != UInt8(ascii: "M") {
            guard write(" as "), path(isType: true) else { return false }
        }
        return write(">")
    }

    private mutating func list(end: Character) -> Bool {
        var isFirst = true
        while !take(end) {
            guard isFirst || write(", ") else { return false }
            isFirst = false
            if take("L") {
                guard base62() != nil else { return false }
                out += "'_"
            } else if !type() {
                return false
            }
        }
        return true
    }

    private static let basic: [UInt8: String] = [
        UInt8(ascii: "a"): "i8", UInt8(ascii: "b"): "bool", UInt8(ascii: "c"): "char", UInt8(ascii: "d"): "f64",
        UInt8(ascii: "e"): "str", UInt8(ascii: "f"): "f32", UInt8(ascii: "h"): "u8", UInt8(ascii: "i"): "isize",
        UInt8(ascii: "j"): "usize", UInt8(ascii: "l"): "i32", UInt8(ascii: "m"): "u32", UInt8(ascii: "n"): "i128",
        UInt8(ascii: "o"): "u128", UInt8(ascii: "p"): "_", UInt8(ascii: "s"): "i16", UInt8(ascii: "t"): "u16",
        UInt8(ascii: "u"): "()", UInt8(ascii: "x"): "i64", UInt8(ascii: "y"): "u64", UInt8(ascii: "z"): "!",
    ]

    private mutating func type() -> Bool {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.limits.depth else { return false }
        let start = position
        if let name = Self.basic[peek] {
            position += 1
            return write(name)
        }
        switch peek {
        case UInt8(ascii: "R"), UInt8(ascii: "Q"):
            let mark = take("R") ? "&" : "&mut "
            if mark != "&" { position += 1 }
            if take("L"), base62() == nil { return false }
            return write(mark) && type()
        case UInt8(ascii: "P"):
            position += 1
            return write("*const ") && type()
        case UInt8(ascii: "O"):
            position += 1
            return write("*mut ") && type()
        case UInt8(ascii: "S"):
            position += 1
            return write("[") && type() && write("]")
        case UInt8(ascii: "T"):
            position += 1
            return write("(") && list(end: "E") && write(")")
        case UInt8(ascii: "B"):
            position += 1
            return backReference(start) { $0.type() }
        default:
            return path(isType: true)
        }
    }
}
