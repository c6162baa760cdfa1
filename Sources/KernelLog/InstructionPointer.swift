/// The line that says where the processor was.
///
/// x86 `RIP: 0010:f+0x1/0x2`, `RIP: 0010:[<...>]  [<...>] f+0x1/0x2`, `EIP: f+..`, `IP: f+..`;
/// arm64 `pc : f+0x1/0x2`; arm `PC is at f+0x1/0x2`; riscv `epc : f+0x1/0x2`; powerpc `NIP [c0..] f+..`;
/// s390 `Krnl PSW : 0704c00180000000 00000000001234 (f+0x1/0x2)`; loongarch `ERA: 9000.. f+0x1/0x2`; mips `epc   : 8012.. f+0x1/0x2`.
struct InstructionPointer {
    /// Nil when the address has no symbol (a jump to NULL, user space).
    var symbol: FrameLine?

    private static let marks: [StaticString] = ["IP: ", "IP ", "pc : ", "PC is at ", "IP is at "]

    static func parse(_ message: ByteView) -> InstructionPointer? {
        guard message.count < 512 else { return nil }
        if message.hasPrefix("Krnl PSW"), let open = message.firstIndex(of: UInt8(ascii: "(")) {
            return InstructionPointer(symbol: FrameLine.symbol(message, open + 1))
        }
        let text = message.trimmed()
        if text.hasPrefix("ERA: ") || text.hasPrefix("era   : ") || text.hasPrefix("epc   : ") {
            return lastSymbol(text)
        }
        for mark in marks {
            guard let place = message.find(mark), isHead(message, place) else { continue }
            if let found = target(message, place + mark.utf8CodeUnitCount) { return found }
        }
        return nil
    }

    /// Nothing but the rest of the register's name (`R`, `E`, `N`, `e`) and blanks stands before it.
    private static func isHead(_ message: ByteView, _ place: Int) -> Bool {
        guard place <= 4 else { return false }
        return (0..<place).allSatisfy { message[$0] == .space || message[$0].isLetter }
    }

    private static func target(_ message: ByteView, _ index: Int) -> InstructionPointer? {
        var i = index
        while message.at(i) == .space { i += 1 }
        if let segment = message.decimal(at: i), message.at(segment.end) == .colon { i = segment.end + 1 }
        while message.at(i) == .space { i += 1 }
        let start = i
        i = FrameLine.skipAddress(message, i)
        if let symbol = FrameLine.symbol(message, i) { return InstructionPointer(symbol: symbol) }
        if message.hasPrefix("0x", at: i) || message.find("(null)", from: i) != nil { return InstructionPointer() }
        return i > start && i >= message.count ? InstructionPointer() : nil
    }

    private static func lastSymbol(_ message: ByteView) -> InstructionPointer? {
        for i in 0..<message.count where message[i] == .space {
            if let symbol = FrameLine.symbol(message, i + 1) { return InstructionPointer(symbol: symbol) }
        }
        return nil
    }
}
