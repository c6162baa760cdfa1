extension ExpungeFile {
    /// The form of `check -E FILE`: a case a line, `#` begins a comment. The comment on the line is the reason, or the
    /// block of comments right above, which holds up to the next empty line; a web address in it is the link.
    static func classic(_ bytes: [UInt8], file: String, _ problems: DiagnosticList) -> [Expunge] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let place = SourceLocation(file: file, line: 1, column: 1)
            problems.report("the file is not UTF-8 text", at: place, advice: "save it as UTF-8")
            return []
        }
        var expunges: [Expunge] = []
        var block: [String] = []
        var isBlockOpen = false
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let comment = line.firstIndex(of: "#").map { trimmed(line[line.index(after: $0)...].drop { $0 == "#" }) }
            let name = trimmed(line.prefix { $0 != "#" })
            if name.isEmpty {
                // A comment below a case begins a new block.
                if comment == nil || !isBlockOpen { block = [] }
                isBlockOpen = comment != nil
                if let comment, !comment.isEmpty, !isCase(comment) { block.append(comment) }
                continue
            }
            isBlockOpen = false
            let column = 1 + line.prefix { $0.isWhitespace }.unicodeScalars.count
            let place = SourceLocation(file: file, line: index + 1, column: column)
            if let flaw = flaw(inName: name) {
                problems.report("the line \(flaw.reason)", at: place, advice: flaw.advice)
                continue
            }
            guard expunges.count < mostExpunges else {
                problems.report(
                    "the file has more than \(mostExpunges) cases", at: place, advice: "is it the right file?")
                break
            }
            let reason =
                comment.flatMap { $0.isEmpty ? nil : $0 } ?? (block.isEmpty ? nil : block.joined(separator: " "))
            expunges.append(
                Expunge(test: name, reason: reason.map(shown), link: reason.flatMap(link), location: place))
        }
        return expunges
    }

    /// A case that somebody took back by a `#` in front is nobody's reason.
    private static func isCase(_ comment: String) -> Bool {
        comment.contains("/") && comment.last?.isNumber == true && !comment.contains(where: \.isWhitespace)
            && !comment.contains(":")
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }

    /// At most 500 characters, and none that changes how the rest reads.
    private static func shown(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { line.append(isControl(scalar) ? " " : scalar) }
        return String(String(line).prefix(500))
    }

    private static func link(in text: String) -> String? {
        text.split(whereSeparator: \.isWhitespace).map { word in
            String(word.drop { "<([".contains($0) }.prefix { !">)],;".contains($0) })
        }.first { ($0.hasPrefix("https://") || $0.hasPrefix("http://")) && $0.utf8.count <= 500 }
    }
}
