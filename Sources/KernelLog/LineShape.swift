/// What a line inside a report is.
enum LineShape: UInt8 {
    /// A stack frame.
    case frame
    /// The header of a stack trace: `Call Trace:`, `Backtrace:`, `Freed by task 12:`.
    case traceStart
    /// Where the processor was: `RIP: 0010:f+0x1/0x2`, `pc : f+...`, `NIP [...] f+...`.
    case instructionPointer
    /// `CPU: 1 PID: 105 Comm: insmod Not tainted 6.1.0`.
    case process
    /// Registers and their values.
    case registers
    /// Other lines that only reports have: rulers, `Modules linked in:`, `Code:`, memory dumps.
    case furniture
    /// Anything else.
    case other
    /// `---[ end trace 0123456789abcdef ]---`.
    case end
}

extension LineShape {
    /// Tells what a message is; frames first, since they are most of a report.
    static func of(_ message: ByteView) -> LineShape {
        guard !message.isEmpty else { return .furniture }
        if isTraceStart(message) { return .traceStart }
        if FrameLine.parse(message) != nil { return .frame }
        if InstructionPointer.parse(message) != nil { return .instructionPointer }
        let text = message.trimmed()
        if text.hasPrefix("CPU: ") || text.hasPrefix("Pid: "), ProcessLine.isOne(text) { return .process }
        if text.hasPrefix("---[ end trace") || text.hasPrefix("---[ end Kernel panic") { return .end }
        if RegisterLine.isOne(text) { return .registers }
        return isFurniture(text) ? .furniture : .other
    }

    /// The headers after which a new trace begins.
    static func isTraceStart(_ message: ByteView) -> Bool {
        guard message.count < 200 else { return false }
        if message.contains("Call Trace") || message.contains("Call trace") || message.contains("Backtrace:") {
            return true
        }
        if let place = message.find("backtrace"), place > 1, message[place - 2] != UInt8(ascii: "k"),
            message.at(place + 9) == .colon || message.hasPrefix(" (crc ", at: place + 9)
        {
            return true
        }
        if message.hasPrefix("Allocated") || message.hasPrefix("Freed") {
            return message.hasSuffix(":") && (message.count < 11 || message.contains(" by task "))
        }
        return message.contains("Uninit was stored to memory at") || isRiscvStatus(message)
    }

    /// The last line of riscv's `show_regs()`: a trace without header may follow.
    private static func isRiscvStatus(_ message: ByteView) -> Bool {
        message.hasPrefix("status: ") && message.contains(" badaddr: ") && message.contains(" cause: ")
    }

    private static let furnitureTexts: [StaticString] = [
        "====", "----", "____", "<TASK>", "</TASK>", "<IRQ>", "</IRQ>", "<NMI>", "</NMI>", "<EOI>", "Modules linked in",
        "Hardware name", "Code: ", "Workqueue: ", "Tainted: ", "Kernel Offset", "Kernel panic", "Rebooting in",
        "Call Trace", "Allocated by", "Freed by", "The buggy address", "which belongs to", "Memory state around",
        "page:", "flags:", "raw: ", "head: ", "page dumped because", "stack backtrace", "other info that",
        "Possible unsafe", "*** DEADLOCK", "the existing dependency", "-> #", "lock(", "CPU0", "no locks held",
        "irq event stamp", "hardirqs last", "softirqs last", "Exception stack", "Stack: ", "Stack:", "Process ",
        "Internal error", "Oops", "SMP", "invalid opcode", "#PF:", "PGD ", "pgd = ", "Mem abort info", "Data abort",
        "Dumping ftrace", "Sending NMI", "NMI backtrace", "task:", "Krnl ", "Local variable", "Uninit was",
        "Bytes ", "Reported by Kernel", "value changed", "note: ", "Fixing recursive",
    ]

    private static func isFurniture(_ text: ByteView) -> Bool {
        let first = text.at(0)
        if first == UInt8(ascii: "#"), text.at(1).isDigit { return true }
        // Memory dumps: `ffff8881e8e2f880: fb fb` and `>ffff...`.
        let digits = first == UInt8(ascii: ">") ? 1 : 0
        if let address = text.hexadecimal(at: digits), address.end - digits >= 8, text.at(address.end) == .colon {
            return true
        }
        return furnitureTexts.contains { text.hasPrefix($0) }
    }
}
