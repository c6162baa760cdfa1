/// A case of `check`'s output whose last line has not come.
struct OpenCase: Sendable {
    private(set) var result: CheckedCase
    /// The line on which it stands is complete.
    private(set) var isJudged = false
    /// Further lines may belong to it: nothing tells which is a failure's last, and `check -T` puts the reason of a case
    /// that did not run on a line of its own.
    var goesOn: Bool { result.status == .fail || (result.status == .notRun && result.reasons.isEmpty) }
    private var isInHints = false

    init(name: String) {
        result = CheckedCase(name: name, status: .fail)
    }

    /// Takes the rest of the line on which the name stands.
    mutating func judge(_ rest: String) {
        isJudged = true
        var rest = Self.withoutTimes(rest)
        // How long it took when it last passed (`check.time`).
        if let range = rest.firstRange(of: "s ... "), Int(rest[..<range.lowerBound].trimmed) != nil {
            rest = String(rest[range.upperBound...])
        }
        rest = rest.trimmed
        if rest.hasSuffix("s"), let seconds = Int(rest.dropLast()) {
            result.status = .pass
            result.seconds = seconds
        } else if rest.hasPrefix("[not run]") {
            result.status = .notRun
            let reason = rest.dropFirst("[not run]".count).trimmed
            if !reason.isEmpty { result.reasons = [reason] }
        } else if rest == "[expunged]" {
            result.status = .expunged
        } else if rest == "- no such test?" {
            result.status = .missing
            result.reasons = ["no such test"]
        } else if rest.hasPrefix("[dry-run]") || rest.hasPrefix("[dry run]") {
            result.status = .missing
            result.reasons = [rest]
        } else {
            addReasons(rest)
        }
    }

    /// Takes a line that came after it.
    mutating func add(_ line: String) {
        if result.status == .notRun, let mark = line.firstRange(of: " -- "), line.hasPrefix("\t") {
            result.reasons = [String(line[mark.upperBound...])]
            return
        }
        // ` [14:47:56]` alone, or before what else would begin the line; a diff has four blanks.
        let line = line.hasPrefix(" [") ? Self.withoutTimes(line) : line
        guard result.diff.count + result.others.count + result.hints.count < CheckOutput.mostLines else {
            result.dropped += 1
            return
        }
        if line.isEmpty {
            isInHints = false
        } else if line.hasPrefix("HINT: ") || isInHints {
            isInHints = true
            result.hints.append(line.trimmed)
        } else if line.hasPrefix("    ") {
            result.diff.append(String(line.dropFirst(4)))
        } else if line.hasPrefix("- output mismatch") || line.hasPrefix("_check_") || line.hasPrefix("[")
            || line.hasPrefix("no qualified output")
        {
            addReasons(line)
        } else {
            result.others.append(line)
        }
    }

    /// `[failed, exit status 1]- output mismatch (see …)` is two.
    private mutating func addReasons(_ text: String) {
        var rest = Substring(text)
        while rest.first == "[", let end = rest.firstIndex(of: "]") {
            result.reasons.append(String(rest[...end]))
            rest = rest[rest.index(after: end)...].drop { $0 == " " }
        }
        if !rest.isEmpty { result.reasons.append(String(rest)) }
    }

    /// Without the times of day that `check -T` adds: ` [08:55:12]`.
    private static func withoutTimes(_ text: String) -> String {
        text.replacing(#/\s*\[\d\d:\d\d:\d\d\]/#, with: "")
    }
}
