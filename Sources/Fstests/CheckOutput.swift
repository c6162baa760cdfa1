/// Reads the standard output of `check` as it comes, byte by byte (fstests' `check` and `common/rc`, 2022 to 2026).
///
/// A case's name is printed when it begins and its verdict, on the same line, when it ends; so an incomplete line
/// counts. Nothing that is said is lost: what is not understood becomes ``CheckEvent/unknown(_:)``.
public struct CheckOutput: Sendable {
    /// Bytes of a line that are kept.
    static let longestLine = 16 << 10
    /// Lines kept of one case.
    static let mostLines = 400

    private var line: [UInt8] = []
    /// Bytes of the current line beyond what is kept.
    private var cut = 0
    /// Bytes of the current line that were already taken as the name of a case.
    private var taken = 0
    private var open: OpenCase?
    /// A section was named; the next line tells whether it begins or is summed up.
    private var named: String?

    /// At the beginning of the output.
    public init() {}

    /// Reads more of the output.
    ///
    /// - Returns: what it says, in order.
    public mutating func read(_ bytes: some Sequence<UInt8>) -> [CheckEvent] {
        var events: [CheckEvent] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                events += endLine()
            } else if line.count < Self.longestLine {
                line.append(byte)
            } else {
                cut += 1
            }
        }
        events += partial()
        return events
    }

    /// The output has ended.
    ///
    /// - Returns: what remains, a failed case whose last line could have been followed by more among it. A case that
    ///   has begun and has no verdict is not among it.
    public mutating func finish() -> [CheckEvent] {
        var events: [CheckEvent] = []
        if taken > 0 {
            // `check` died in mid-line, while the case ran.
            if !text.trimmed.isEmpty { events.append(.unknown(text.trimmed)) }
            return events
        }
        if !line.isEmpty { events += endLine() }
        events += close()
        if let named { events.append(.section(named)) }
        named = nil
        return events
    }

    /// The case that has begun and has no verdict yet.
    public var running: String? { open.flatMap { $0.isJudged ? nil : $0.result.name } }

    private var text: String {
        String(decoding: line[min(taken, line.count)...], as: UTF8.self)
            + (cut > 0 ? " [vmharness: \(cut) more bytes]" : "")
    }

    /// A case whose name stands on an incomplete line has begun.
    private mutating func partial() -> [CheckEvent] {
        guard taken == 0, let name = CaseName.leading(line) else { return [] }
        // Padding, then either seven blanks or ` 5s ... `; a word after one blank (`generic/001 aggregate …`) is
        // something else.
        let padding = line[name.utf8.count...].prefix(12)
        guard padding.count >= 5, padding.allSatisfy({ $0.isDigit || " s.".utf8.contains($0) }) else { return [] }
        return begin(name)
    }

    private mutating func begin(_ name: String) -> [CheckEvent] {
        let events = close()
        taken = name.utf8.count
        open = OpenCase(name: name)
        return events + [.began(name)]
    }

    private mutating func endLine() -> [CheckEvent] {
        defer {
            line = []
            cut = 0
            taken = 0
        }
        if taken > 0 { return endCaseLine(text) }
        if let name = CaseName.leading(line),
            line.count == name.utf8.count || line[name.utf8.count] == UInt8(ascii: " ")
        {
            let rest = String(decoding: line[name.utf8.count...], as: UTF8.self)
            if rest.hasPrefix(" aggregate results across ") {
                return close() + [.aggregate(name: name, text: rest.trimmed)]
            }
            if rest.hasPrefix(" - unknown test, ignored") {
                return close() + [.ended(CheckedCase(name: name, status: .missing, reasons: [rest.trimmed]))]
            }
            let events = begin(name)
            return events + endCaseLine(text)
        }
        return other(text)
    }

    /// The rest of the line on which a case stands.
    private mutating func endCaseLine(_ rest: String) -> [CheckEvent] {
        open?.judge(rest)
        return open?.goesOn == true ? [] : close()
    }

    private mutating func close() -> [CheckEvent] {
        guard let open, open.isJudged else {
            // Another case begins though this one has no verdict.
            defer { self.open = nil }
            return open.map { [.unknown("\($0.result.name): no verdict")] } ?? []
        }
        self.open = nil
        return [.ended(open.result)]
    }

    /// A line that does not begin with the name of a case.
    private mutating func other(_ line: String) -> [CheckEvent] {
        if let section = named {
            named = nil
            // The summary at the end repeats the sections, underlined.
            if !line.isEmpty, line.allSatisfy({ $0 == "=" }) { return [] }
            return [.section(section)] + other(line)
        }
        if let (name, value) = Self.setting(line) {
            let events = close()
            if name != "SECTION" { return events + [.setting(name: name, value: value)] }
            named = value
            return events
        }
        if let summary = CheckSummaryLine(line) { return close() + [.summary(summary)] }
        if Self.isSetupError(line, inCase: open != nil) {
            // In the midst of a case it is both: what went wrong in it, and why nothing after it can work.
            open?.add(line)
            return [.setupError(line)]
        }
        if open != nil {
            open?.add(line)
            return []
        }
        return line.isEmpty ? [] : [.unknown(line)]
    }

    private static func setting(_ line: String) -> (String, String)? {
        guard let range = line.firstRange(of: " -- ") ?? line.firstRange(of: " --") else { return nil }
        let name = line[..<range.lowerBound].trimmingSuffix(while: { $0 == " " })
        guard ["SECTION", "RECREATING", "FSTYP", "PLATFORM", "MKFS_OPTIONS", "MOUNT_OPTIONS"].contains(name) else {
            return nil
        }
        return (String(name), String(line[range.upperBound...]).trimmed)
    }

    /// Where `check` says why it cannot go on (`_fatal` and its neighbours).
    private static func isSetupError(_ line: String, inCase: Bool) -> Bool {
        if line.hasPrefix("common/") || line.hasPrefix("check: ") || line.hasPrefix("our local ") { return true }
        return !inCase
            && (line.hasSuffix(" not found") || line.hasSuffix(" not found or executable")
                || line.hasSuffix(" is empty or not defined?") || line.hasPrefix("failed to create results directory")
                || line.hasPrefix("Warning: need to define parameters") || line.hasPrefix("Usage: ")
                || line.contains(" is mounted but not "))
    }
}
