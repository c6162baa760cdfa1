/// What stands before the message on a line: timestamps of every style, levels, callers.
///
/// Formats: `kernel/printk/printk.c` (`print_syslog`, `print_time`, `print_caller`),
/// `Documentation/ABI/testing/dev-kmsg`, dmesg(1) and journalctl(1).
struct LinePrefix {
    /// Where the message begins.
    var end = 0
    var speaker = Speaker.unknown
    var timestamp: Double?
    var isForged = false

    /// Reads the prefix at the start of a line.
    static func parse(_ line: ByteView) -> LinePrefix {
        var prefix = LinePrefix()
        prefix.end = Terminal.skipControl(line, from: 0)
        if line.at(prefix.end) == UInt8(ascii: "*"), let end = droppedMessages(line, from: prefix.end) {
            prefix.end = end
        }
        if line.at(prefix.end).isDigit, prefix.parseRecord(line) { return prefix }
        if let end = journal(line, from: prefix.end) {
            prefix.end = end
            prefix.speaker = .kernel
        }
        if let end = stump(line, from: prefix.end) {
            let caller = caller(line, at: end)
            prefix.end = caller?.end ?? end
            prefix.speaker = caller?.speaker ?? .kernel
            if line.at(prefix.end) == .space { prefix.end += 1 }
        }
        if line.at(prefix.end) == UInt8(ascii: "<") { prefix.parseLevel(line) }
        if line.at(prefix.end) == .bracket { _ = prefix.parseStamp(line, at: prefix.end) || prefix.parseDate(line) }
        return prefix
    }

    /// The printk prefix that begins at an index (a `[`), also in the middle of a line
    /// where two writers share it.
    static func embedded(_ line: ByteView, at index: Int) -> LinePrefix? {
        var prefix = LinePrefix()
        guard prefix.parseStamp(line, at: index), prefix.timestamp != nil else { return nil }
        // `<6>` may stand right before it.
        if index >= 3, line[index - 1] == UInt8(ascii: ">") {
            var i = index - 2
            while i > 0, index - i < 6, line[i].isDigit { i -= 1 }
            if line[i] == UInt8(ascii: "<"), let level = line.decimal(at: i + 1) {
                prefix.isForged = level.value >= facility
            }
        }
        return prefix
    }

    /// The first priority that is not the kernel's own: the facility starts at bit 3 (`LOG_KERN` is 0).
    static let facility = 8
}

// MARK: - printk

extension LinePrefix {
    /// `[   12.345678]`, `[   12.345678][  T123] `, `[  T123] `.
    private mutating func parseStamp(_ line: ByteView, at index: Int) -> Bool {
        var i = index
        var found = false
        if let stamp = Self.uptime(line, at: i) {
            timestamp = stamp.seconds
            speaker = .kernel
            i = stamp.end
            found = true
        }
        if let caller = Self.caller(line, at: i) ?? (found ? Self.caller(line, at: i + 1) : nil) {
            speaker = caller.speaker
            i = caller.end
            found = true
        }
        guard found else { return false }
        end = line.at(i) == .space ? i + 1 : i
        return true
    }

    private static func uptime(_ line: ByteView, at index: Int) -> (seconds: Double, end: Int)? {
        guard line.at(index) == .bracket else { return nil }
        var i = index + 1
        while i - index < 16, line.at(i) == .space { i += 1 }
        guard let whole = line.decimal(at: i), line.at(whole.end) == UInt8(ascii: "."),
            let part = line.decimal(at: whole.end + 1), let close = stampEnd(line, at: part.end)
        else { return nil }
        var scale = 1.0
        for _ in 0..<(part.end - whole.end - 1) { scale *= 10 }
        return (Double(whole.value) + Double(part.value) / scale, close + 1)
    }

    /// Where the bracket closes: vendors add the processor, `[    7.123456,0]`, `[    7.123456@1]`.
    private static func stampEnd(_ line: ByteView, at index: Int) -> Int? {
        var i = index
        if line.at(i) == UInt8(ascii: ",") || line.at(i) == UInt8(ascii: "@"), let cpu = line.decimal(at: i + 1) {
            i = cpu.end
        }
        return line.at(i) == .closingBracket ? i : nil
    }

    /// `345678] `: the rest of a timestamp where the log begins in the middle of a line, or a line was torn.
    private static func stump(_ line: ByteView, from index: Int) -> Int? {
        var i = index
        while i - index < 16, line.at(i).isDigit || line.at(i) == UInt8(ascii: ".") { i += 1 }
        // Programs number their lines too.
        guard i - index >= 3, line.at(i) == .closingBracket,
            line.at(i + 1) == .space || line.at(i + 1) == .bracket
        else { return nil }
        return i + 1
    }

    private static func caller(_ line: ByteView, at index: Int) -> (speaker: Speaker, end: Int)? {
        guard line.at(index) == .bracket else { return nil }
        var i = index + 1
        while i - index < 16, line.at(i) == .space { i += 1 }
        let kind: Speaker.Kind
        switch line.at(i) {
        case UInt8(ascii: "T"): kind = .task
        case UInt8(ascii: "C"): kind = .processor
        default: return nil
        }
        guard let id = line.decimal(at: i + 1), line.at(id.end) == .closingBracket else { return nil }
        return (Speaker(kind: kind, id: UInt32(truncatingIfNeeded: id.value)), id.end + 1)
    }

    /// `<6>`, and the forgery it gives away.
    private mutating func parseLevel(_ line: ByteView) {
        guard let level = line.decimal(at: end + 1), level.end - end <= 5, line.at(level.end) == UInt8(ascii: ">")
        else { return }
        isForged = level.value >= Self.facility
        end = level.end + 1
        if speaker == .unknown { speaker = .kernel }
    }

    /// `6,1234,5678901,-;message` as read from `/dev/kmsg`, `caller=T123` included.
    private mutating func parseRecord(_ line: ByteView) -> Bool {
        guard let priority = line.decimal(at: end), line.at(priority.end) == UInt8(ascii: ","),
            let sequence = line.decimal(at: priority.end + 1), line.at(sequence.end) == UInt8(ascii: ","),
            let time = line.decimal(at: sequence.end + 1), line.at(time.end) == UInt8(ascii: ","),
            let semicolon = line.firstIndex(of: UInt8(ascii: ";"), from: time.end), semicolon - time.end < 64
        else { return false }
        isForged = priority.value >= Self.facility
        timestamp = Double(time.value) / 1e6
        speaker = .kernel
        let flags = line.slice(time.end, semicolon)
        if let caller = flags.find("caller="), let id = flags.decimal(at: caller + 8) {
            let kind: Speaker.Kind = flags.at(caller + 7) == UInt8(ascii: "C") ? .processor : .task
            speaker = Speaker(kind: kind, id: UInt32(truncatingIfNeeded: id.value))
        }
        end = semicolon + 1
        return true
    }

    /// `** 93 printk messages dropped ** `, which older kernels put before the next message.
    private static func droppedMessages(_ line: ByteView, from: Int) -> Int? {
        guard line.hasPrefix("** ", at: from), let number = line.decimal(at: from + 3) else { return nil }
        let tail: StaticString = " printk messages dropped ** "
        return line.hasPrefix(tail, at: number.end) ? number.end + tail.utf8CodeUnitCount : nil
    }
}

// MARK: - dmesg and the journal

extension LinePrefix {
    /// `[Thu Nov 21 10:04:05 2026] `, `[Nov21 10:04] `, `[  +0.000012] ` (dmesg -T, -H, -d).
    private mutating func parseDate(_ line: ByteView) -> Bool {
        guard let close = line.firstIndex(of: .closingBracket, from: end), close - end < 32 else { return false }
        let inside = line.slice(end + 1, close)
        let isDelta = inside.trimmed().at(0) == UInt8(ascii: "+") && inside.trimmed().at(1).isDigit
        let isDate = inside.at(0).isLetter && inside.find(":") != nil && inside.find(" ") != nil && inside.count > 9
        guard isDelta || isDate, Self.hasClock(inside) || isDelta else { return false }
        speaker = .kernel
        end = close + 1
        if let caller = Self.caller(line, at: end) {
            speaker = caller.speaker
            end = caller.end
        }
        if line.at(end) == .space { end += 1 }
        return true
    }

    private static func hasClock(_ text: ByteView) -> Bool {
        guard let colon = text.firstIndex(of: .colon) else { return false }
        return text.at(colon - 1).isDigit && text.at(colon + 1).isDigit
    }

    /// `Nov 21 10:04:05 host kernel: ` and `2026-11-21T10:04:05+0000 host kernel: `; also the
    /// bare ISO time of dmesg(1). Returns where the rest begins.
    private static func journal(_ line: ByteView, from: Int) -> Int? {
        let first = line.at(from)
        if first.isDigit {
            guard line.at(from + 4) == UInt8(ascii: "-"), line.at(from + 7) == UInt8(ascii: "-"),
                line.at(from + 10) == UInt8(ascii: "T"), line.at(from + 13) == .colon,
                let blank = line.firstIndex(of: .space, from: from), blank - from < 40
            else { return nil }
            return kernelTag(line, from: blank) ?? (line.at(from + 19) == UInt8(ascii: ",") ? blank + 1 : nil)
        }
        guard first.isLetter, line.at(from + 3) == .space, line.at(from + 9) == .colon, line.at(from + 12) == .colon
        else { return nil }
        return kernelTag(line, from: from + 15)
    }

    /// Behind ` host kernel: `.
    private static func kernelTag(_ line: ByteView, from: Int) -> Int? {
        let window = line.slice(min(from, line.count), min(from + 80, line.count))
        guard let tag = window.find(" kernel: ") else { return nil }
        return from + tag + 9
    }
}
