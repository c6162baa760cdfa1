/// What may stand between the prefix of a line and the headline of a report.
enum LeadIn {
    static let all: [StaticString] = [
        "watchdog: ", "NMI watchdog: ", "rcu: ", "Oops: ", "[ ", "traps: ", "CPU ", "---[ end Kernel panic",
        "c0 ", "c1 ", "c2 ", "c3 ", "c4 ", "c5 ", "c6 ", "c7 ",
        "(0)[", "(1)[", "(2)[", "(3)[", "(4)[", "(5)[", "(6)[", "(7)[",
        "[0", "[1", "[2", "[3", "[4", "[5", "[6", "[7",
    ]

    /// Whether a message is the last line of a panic.
    static func endsPanic(_ message: ByteView) -> Bool {
        message.trimmed().hasPrefix("---[ end Kernel panic")
    }

    /// Where the headline begins.
    static func skip(_ message: ByteView) -> Int {
        var i = 0
        while message.at(i) == .space { i += 1 }
        for _ in 0..<3 {
            let next = step(message, i)
            if next == i { return i }
            i = next
        }
        return i
    }

    private static func step(_ message: ByteView, _ i: Int) -> Int {
        for lead in ["watchdog: ", "NMI watchdog: ", "rcu: ", "traps: "] as [StaticString]
        where message.hasPrefix(lead, at: i) {
            return i + lead.utf8CodeUnitCount
        }
        // `Oops: general protection fault, ...` since 6.10; `Oops: 0000 [#1]` is a headline itself.
        if message.hasPrefix("Oops: ", at: i), message.at(i + 6) >= 0x61 || message.hasPrefix("Oops: ", at: i + 6) {
            return i + 6
        }
        // The last line of a panic, for logs that hold nothing else of it.
        if message.hasPrefix("---[ end Kernel panic", at: i) { return i + 9 }
        // `[ INFO: ... ]` of old lockdep.
        if message.hasPrefix("[ ", at: i), message.at(i + 2) >= 0x41 && message.at(i + 2) <= 0x5a { return i + 2 }
        // `CPU 3 Unable to handle kernel ...` of mips and loongarch.
        if message.hasPrefix("CPU ", at: i), let cpu = message.decimal(at: i + 4), message.at(cpu.end) == .space,
            message.at(cpu.end + 1) == UInt8(ascii: "U")
        {
            return cpu.end + 1
        }
        return vendorPrefix(message, i) ?? i
    }

    /// `[4:  system_server: 3344] `, `(4)[3344:system_server]` and `c4 3344 ` as vendor kernels write it.
    static func vendorPrefix(_ message: ByteView, _ start: Int) -> Int? {
        var i = start
        if message.at(i) == UInt8(ascii: "c"), message.at(i + 1).isDigit, message.at(i + 2) == .space {
            guard let pid = message.decimal(at: i + 3), message.at(pid.end) == .space else { return nil }
            return pid.end + 1
        }
        if message.at(i) == UInt8(ascii: "("), message.at(i + 1).isDigit, message.at(i + 2) == UInt8(ascii: ")") {
            i += 3
        }
        guard message.at(i) == .bracket, message.at(i + 1).isDigit, i > start || message.at(i + 2) == .colon,
            let close = message.firstIndex(of: .closingBracket, from: i), close - i < 40
        else { return nil }
        return message.at(close + 1) == .space ? close + 2 : close + 1
    }
}
