/// `CPU: 1 UID: 0 PID: 105 Comm: insmod Tainted: G  W  6.1.0-56-amd64 #1  Debian 6.1.192-2`,
/// as `dump_stack_print_info()` in `lib/dump_stack.c` writes it; `Pid: 105, comm: insmod Not tainted ...` before 3.10.
struct ProcessLine {
    var cpu: Int?
    var pid: Int?
    var comm: String?
    var taint: String?
    var kernel: KernelIdentity?

    static func isOne(_ text: ByteView) -> Bool {
        text.contains("Comm: ") || text.contains(", comm: ")
    }

    static func parse(_ message: ByteView) -> ProcessLine? {
        var line = ProcessLine()
        let comm: Int
        if message.hasPrefix("Pid: "), let pid = message.decimal(at: 5), message.hasPrefix(", comm: ", at: pid.end) {
            line.pid = pid.value
            comm = pid.end + 2
        } else if let start = message.find("CPU: "), let place = message.find("Comm: ", from: start) {
            line.cpu = message.decimal(at: start + 5)?.value
            if let pid = message.find("PID: ", from: start) { line.pid = message.decimal(at: pid + 5)?.value }
            comm = place
        } else {
            return nil
        }
        let ends: [StaticString] = [" Not tainted ", " Tainted: ", " Kdump: ", " tainted "]
        let rest = ends.compactMap { message.find($0, from: comm + 6) }.min()
        line.comm = message.slice(comm + 6, rest ?? message.count).trimmed().string
        guard let rest else { return line }
        line.parseTaint(message.dropFirst(rest))
        return line
    }

    private mutating func parseTaint(_ text: ByteView) {
        var i = 0
        if let tainted = text.find(" Tainted: ") {
            var letters: [UInt8] = []
            i = tainted + 10
            while text.at(i) == .space || (text.at(i) >= 0x41 && text.at(i) <= 0x5a) {
                if text[i] != .space { letters.append(text[i]) }
                i += 1
            }
            taint = String(decoding: letters, as: UTF8.self)
        } else if let not = text.find("Not tainted ") {
            i = not + 12
        } else {
            return
        }
        while text.at(i) == .space { i += 1 }
        var end = i
        while end < text.count, text[end] != .space { end += 1 }
        guard text.at(i).isDigit, end > i else { return }
        kernel = KernelIdentity(release: text.slice(i, end).string, build: Self.build(text.dropFirst(end)))
    }

    /// `#1 Debian 6.1.192-2` out of `#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)`: without the
    /// flags and the date, which not every report repeats.
    static func build(_ text: ByteView) -> String? {
        let text = text.trimmed()
        guard text.at(0) == UInt8(ascii: "#") else { return nil }
        var words: [Substring] = []
        for word in text.string.split(separator: " ").prefix(16) {
            if word.hasPrefix("(") || weekdays.contains(String(word)) { break }
            if word == "SMP" || word.hasPrefix("PREEMPT") { continue }
            words.append(word)
        }
        return words.joined(separator: " ")
    }

    private static let weekdays: Set = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
}
