/// A stack frame as a line of a log shows it.
///
/// ```
///  ? virtio_fs_enqueue_req+0x1a5/0x540 [virtiofs]          x86, arm64, riscv, loongarch
///  [<ffffffff81a31f8c>] dump_stack+0x124/0x1b8             before 4.10 and on s390
/// ([<000003ff8012a01e>] foo+0x10/0x20)                     s390, found by guessing
/// [c000000001a2b3c0] [c000000000123456] foo+0x10/0x20 (unreliable)      powerpc
/// [<8010e0d0>] (unwind_backtrace) from [<8010a4f0>] (show_stack+0x10/0x14)   arm before 5.18
///  unwind_backtrace from show_stack+0x10/0x14              arm
///  fput fs/file_table.c:500 [inline]                       symbolized
/// ```
struct FrameLine {
    /// The symbol, with its compiler suffixes.
    var name: ByteView
    var offset: UInt64?
    var size: UInt64?
    var module: ByteView?
    var isUnreliable = false
    var isInlined = false
    /// On arm the callee stands on the same line, before `from`.
    var callee: ByteView?

    /// Reads a frame that begins a message; nil when the line holds none.
    static func parse(_ message: ByteView) -> FrameLine? {
        var i = 0
        while message.at(i) == .space || message.at(i) == .tab { i += 1 }
        guard i < message.count else { return nil }
        i = skipContext(message, i)
        let isParenthesized = message.at(i) == UInt8(ascii: "(") && message.at(i + 1) == .bracket
        if isParenthesized { i += 1 }
        i = skipAddress(message, i)
        var isUnreliable = false
        if message.at(i) == UInt8(ascii: "?"), message.at(i + 1) == .space {
            isUnreliable = true
            i += 2
        }
        if let frame = arm(message, i) { return frame }
        guard var frame = symbol(message, i) else { return inlined(message, i) }
        frame.isUnreliable = isUnreliable || isParenthesized || message.hasSuffix("(unreliable)")
        return frame
    }

    /// `<IRQ>`, `<TASK>`, `<EOI>`, `<NMI>` may share the line with a frame in older logs.
    private static func skipContext(_ message: ByteView, _ index: Int) -> Int {
        guard message.at(index) == UInt8(ascii: "<"),
            let close = message.firstIndex(of: UInt8(ascii: ">"), from: index), close - index < 8
        else { return index }
        var i = close + 1
        while message.at(i) == .space { i += 1 }
        return i
    }

    /// Behind up to two `[<ffffffff81234567>] ` or `[c000000000123456] `.
    static func skipAddress(_ line: ByteView, _ index: Int) -> Int {
        var i = index
        for _ in 0..<2 {
            guard line.at(i) == .bracket else { return i }
            var j = i + 1
            if line.at(j) == UInt8(ascii: "<") { j += 1 }
            guard let address = line.hexadecimal(at: j) else { return i }
            j = address.end
            if line.at(j) == UInt8(ascii: ">") { j += 1 }
            guard line.at(j) == .closingBracket else { return i }
            j += 1
            while line.at(j) == .space { j += 1 }
            i = j
        }
        return i
    }

    /// `name+0x12/0x34 [module build-id]`.
    static func symbol(_ line: ByteView, _ index: Int) -> FrameLine? {
        var end = index
        while line.at(end).isSymbol { end += 1 }
        guard end > index, line.hasPrefix("+0x", at: end), let offset = line.hexadecimal(at: end + 1) else {
            return nil
        }
        var frame = FrameLine(name: line.slice(index, end), offset: offset.value)
        guard line.at(offset.end) == UInt8(ascii: "/"), let size = line.hexadecimal(at: offset.end + 1) else {
            return frame
        }
        frame.size = size.value
        var i = size.end
        while line.at(i) == .space { i += 1 }
        if line.at(i) == .bracket {
            var close = i + 1
            while line.at(close).isIdentifier || line.at(close) == UInt8(ascii: "-") { close += 1 }
            if close > i + 1, line.at(close) == .closingBracket || line.at(close) == .space {
                frame.module = line.slice(i + 1, close)
            }
        }
        return frame
    }

    /// `(callee) from [<8010a4f0>] (caller+0x10/0x14)` and `callee from caller+0x10/0x14`.
    private static func arm(_ message: ByteView, _ index: Int) -> FrameLine? {
        var i = index
        let isOld = message.at(i) == UInt8(ascii: "(")
        if isOld { i += 1 }
        var end = i
        while message.at(end).isSymbol { end += 1 }
        guard end > i else { return nil }
        let callee = message.slice(i, end)
        if isOld {
            // `(foo)`, `(foo [module])`, and `(foo+0x0/0xe0)` before 3.12.
            while end < message.count, end - i < 160, message[end] != UInt8(ascii: ")") { end += 1 }
            guard message.at(end) == UInt8(ascii: ")") else { return nil }
            end += 1
        }
        guard message.hasPrefix(" from ", at: end) else { return nil }
        var next = skipAddress(message, end + 6)
        if isOld, message.at(next) == UInt8(ascii: "(") { next += 1 }
        guard var frame = symbol(message, next) else { return nil }
        frame.callee = callee
        return frame
    }

    /// `name path/file.c:12 [inline]`.
    private static func inlined(_ message: ByteView, _ index: Int) -> FrameLine? {
        guard message.hasSuffix("[inline]") else { return nil }
        var end = index
        while message.at(end).isSymbol { end += 1 }
        guard end > index, message.at(end) == .space else { return nil }
        return FrameLine(name: message.slice(index, end), isInlined: true)
    }
}

extension UInt8 {
    /// A byte of a symbol as kallsyms prints it, compiler suffixes and Rust's `$` included.
    @inline(__always)
    var isSymbol: Bool { isIdentifier || self == UInt8(ascii: ".") || self == UInt8(ascii: "$") }
}
