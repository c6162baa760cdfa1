/// A call as debug information tells it.
struct SourceCall: Sendable, Hashable {
    /// Nil where the program did not know.
    var function: String?
    /// `path:line`, the path as the compiler wrote it; nil where the program did not know.
    var place: String?
}

/// What a line program prints with addresses, functions and inlined calls asked for:
///
/// ```
/// 0xffffffff812f94d9
/// __alloc_pages
/// debian/build/build_amd64_none_amd64/mm/page_alloc.c:5634 (discriminator 9)
/// ```
enum LineAnswer {
    /// - Returns: for each address its calls; nil if the text answers other addresses.
    static func parse(_ text: String, addresses: [UInt64]) -> [[SourceCall]]? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: true)[...]
        var answer: [[SourceCall]] = []
        for address in addresses {
            guard let line = lines.popFirst(), number(line) == address else { return nil }
            var calls: [SourceCall] = []
            while let line = lines.first, number(line) == nil {
                lines.removeFirst()
                guard let place = lines.popFirst() else { return nil }
                calls.append(SourceCall(function: line == "??" ? nil : String(line), place: known(place)))
            }
            answer.append(calls)
        }
        return lines.isEmpty ? answer : nil
    }

    private static func number(_ line: Substring) -> UInt64? {
        line.hasPrefix("0x") ? UInt64(line.dropFirst(2), radix: 16) : nil
    }

    /// Without ` (discriminator 9)`; nil for `??:0`, `??:?`, `file.c:0` and `file.c:?`.
    private static func known(_ text: Substring) -> String? {
        var text = text
        if let mark = text.firstRange(of: " (discriminator ") { text = text[..<mark.lowerBound] }
        guard let colon = text.lastIndex(of: ":"), let line = Int(text[text.index(after: colon)...]), line > 0 else {
            return nil
        }
        return text.hasPrefix("??") ? nil : String(text)
    }
}
