/// The first look at a line: where its message begins, and whether it is worth a second one.
enum LineScan {
    /// Whether a message on the line begins like a headline. Notes in passing that the kernel speaks.
    static func isInteresting(_ line: ByteView, _ filter: UnsafePointer<UInt8>, kernelSpeaks: inout Bool) -> Bool {
        guard line.count >= 2 else { return false }
        var next = 0
        let first = line[0]
        if first == .bracket {
            next = quickStamp(line)
            if next == 0 { next = LinePrefix.parse(line).end } else { kernelSpeaks = true }
            // The caller may stand apart.
            if line.at(next) == .bracket { next = LinePrefix.parse(line).end }
        } else if !first.isLetter {
            next = LinePrefix.parse(line).end
            while line.at(next) == .space { next += 1 }
        } else if line.at(3) == .space {
            // It may be a month.
            next = LinePrefix.parse(line).end
        }
        if HeadlineFilter.admits(line, next, filter) || line.at(next) == .escape || first == .escape { return true }
        // Another message may begin further on, where two writers share the line.
        while let bracket = line.firstIndex(of: .bracket, from: next) {
            let end = quickStamp(line, bracket)
            if end > bracket, HeadlineFilter.admits(line, end, filter) { return true }
            next = bracket + 1
        }
        return false
    }

    /// Behind `[   12.345678] ` or `[   12.345678][  T123] `; the index itself when there is none.
    @inline(__always)
    private static func quickStamp(_ line: ByteView, _ index: Int = 0) -> Int {
        let end = line.count
        var i = index + 1
        while i < end, line[i] == .space { i += 1 }
        let digits = i
        while i < end, line[i].isDigit { i += 1 }
        guard i > digits, i < end, line[i] == UInt8(ascii: ".") else { return index }
        i += 1
        while i < end, line[i].isDigit { i += 1 }
        guard i < end, line[i] == .closingBracket else { return index }
        i += 1
        if i + 1 < end, line[i] == .bracket {
            var j = i + 1
            while j < end, line[j] == .space { j += 1 }
            if j < end, line[j] == UInt8(ascii: "T") || line[j] == UInt8(ascii: "C") {
                j += 1
                while j < end, line[j].isDigit { j += 1 }
                if j < end, line[j] == .closingBracket { i = j + 1 }
            }
        }
        while i < end, line[i] == .space { i += 1 }
        return i
    }

    /// The line with its prefix read. Where two messages share the line, the one that begins like
    /// a headline counts, else the first with a prefix.
    static func parse(
        _ text: ByteView, startByte: Int, endByte: Int, number: Int, _ filter: UnsafePointer<UInt8>
    ) -> LogLine {
        var prefix = LinePrefix.parse(text)
        if !isHeadline(text, prefix.end, filter) {
            var next = prefix.end
            while let bracket = text.firstIndex(of: .bracket, from: next) {
                next = bracket + 1
                guard let other = LinePrefix.embedded(text, at: bracket) else { continue }
                if prefix.speaker == .unknown { prefix = other }
                if isHeadline(text, other.end, filter) {
                    prefix = other
                    break
                }
            }
        }
        return LogLine(
            message: text.dropFirst(prefix.end), speaker: prefix.speaker, timestamp: prefix.timestamp,
            isForged: prefix.isForged, startByte: startByte, endByte: endByte, number: number)
    }

    private static func isHeadline(_ text: ByteView, _ index: Int, _ filter: UnsafePointer<UInt8>) -> Bool {
        var index = index
        while text.at(index) == .space { index += 1 }
        guard HeadlineFilter.admits(text, index, filter) else { return false }
        let message = text.dropFirst(index)
        return !RuleBook.shared.match(message.dropFirst(LeadIn.skip(message))).isEmpty
    }
}
