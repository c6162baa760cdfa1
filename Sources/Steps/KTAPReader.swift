public import RunRecord

/// One result of a step that reports several.
public struct StepCase: Sendable, Hashable {
    /// Its name, with those of the tests around it: `suite/test`.
    public var name: String
    /// `pass`, `fail`, `skip`, `known` for a failure that the test itself expects, or, for a test that never reported,
    /// `error`.
    public var verdict: Verdict
    /// The reason of a skip, or what the test said of its failure.
    public var reason: String?
    /// The diagnostic lines (`# …`) that came before it.
    public var evidence: [String]

    /// A result.
    public init(name: String, verdict: Verdict, reason: String? = nil, evidence: [String] = []) {
        self.name = name
        self.verdict = verdict
        self.reason = reason
        self.evidence = evidence
    }
}

/// Reads KTAP (Documentation/dev-tools/ktap.rst) and TAP 13 and 14: the results of KUnit and of modules in a kernel
/// log, and those of programs. Results inside a result are indented or, as kselftest's scripts have it, prefixed by
/// `# `; their names begin with that of the result around them.
struct KTAPReader {
    /// What the lines are from.
    enum Source {
        /// Everything that the kernel says: nothing counts before a version line.
        case kernelLog
        /// One program: TAP needs no version line before version 13, and never a number.
        case program
    }

    private let source: Source
    private(set) var cases: [StepCase] = []
    private var diagnostics: [String] = []
    private var isOpen = false
    /// KUnit announced its suites, and then ran none of them.
    private var isDisabled = false
    /// `Bail out!`: the program says itself why results are missing.
    private var hasGivenUp = false
    /// Results announced at the top; nil if none were.
    private(set) var planned: Int?
    private var seenAtTop = 0
    /// The suites announced by `# Subtest: NAME`, with the indentation of their tests.
    private var suites: [(depth: Int, name: String)] = []
    /// How many `# ` stand before the lines of the document that is being read.
    private var prefixes = 0
    /// The results since the last one at the top: the depth to which each has its name, and the name that it has of there.
    private var unnamed: [(index: Int, depth: Int, outermost: String?)] = []

    /// Results beyond ``mostCases``, and how many of them are not ok.
    private var dropped = (all: 0, failed: 0)

    /// The name of the case that stands for the whole output: what it announced and did not report.
    static let wholeName = "KTAP"
    /// Spaces that a `# ` counts for.
    private static let prefixDepth = 4
    private static let mostPrefixes = 8
    static let mostCases = 10_000
    private static let mostDiagnostics = 20

    /// The results in lines without priority and time.
    ///
    /// - Parameters:
    ///   - lines: all that was said.
    ///   - source: who said it.
    ///   - isCut: the end is missing, so that results announced and not there are nobody's fault; to be told by the
    ///     caller.
    static func cases(in lines: [String], from source: Source = .kernelLog, isCut: Bool = false) -> [StepCase] {
        KTAPReader(lines, from: source, isCut: isCut).cases
    }

    /// Reads lines without priority and time. Parameters as for ``cases(in:from:isCut:)``.
    init(_ lines: [String], from source: Source = .kernelLog, isCut: Bool = false) {
        self.source = source
        for line in lines { take(line) }
        finish(isCut: isCut)
    }

    private mutating func take(_ line: String) {
        var text = line[...]
        var depth = Self.indentation(&text)
        // `pr_fmt` of a module puts `NAME: ` before each line.
        if !isOpen || !Self.isKTAP(text), let colon = text.firstRange(of: ": ") {
            var rest = text[colon.upperBound...]
            let inner = Self.indentation(&rest)
            if isOpen ? Self.isKTAP(rest) : Self.isVersion(rest), !text[..<colon.lowerBound].contains(" ") {
                text = rest
                depth = inner
            }
        }
        depth += takePrefixes(&text)
        if Self.isVersion(text) {
            isOpen = true
            return
        }
        guard isOpen || source == .program else { return }
        // Where CONFIG_KUNIT_DEFAULT_ENABLED is not set (lib/kunit/test.c, kunit_run_tests()).
        if text == "kunit: disabled" { isDisabled = true }
        if let count = Self.plan(text) {
            if depth == 0 { planned = Self.sum(planned ?? 0, count) }
            if depth == 0, count == 0, let reason = Self.skip(text) {
                add(StepCase(name: Self.wholeName, verdict: .skip, reason: reason))
            }
        } else if text.hasPrefix("# Subtest: ") {
            suites.removeAll { $0.depth >= depth }
            suites.append((depth, String(text.dropFirst(11).prefix(120))))
        } else if text.hasPrefix("#") {
            if diagnostics.count < Self.mostDiagnostics { diagnostics.append(String(text.drop { "# ".contains($0) })) }
        } else if text.hasPrefix("Bail out!") {
            hasGivenUp = true
            add(StepCase(name: Self.wholeName, verdict: .error, reason: String(text)))
        } else if var result = Self.result(text, from: source) {
            if depth == 0 { seenAtTop += 1 }
            nameResults(below: depth, by: result.name)
            // The result of a suite comes after those of its tests, one level up, or under its announcement (TAP 14).
            suites.removeAll { $0.depth > depth || $0.depth == depth && $0.name == result.name }
            if cases.count < Self.mostCases {
                unnamed.append((cases.count, suites.first?.depth ?? depth, suites.first?.name))
            }
            if depth == 0 { unnamed = [] }
            result.name = (suites.map(\.name) + [result.name]).joined(separator: "/")
            add(result)
        }
    }

    /// Takes the `# ` of a document inside a document away, and returns how deep that is. A result without them ends it.
    private mutating func takePrefixes(_ text: inout Substring) -> Int {
        var rest = text
        var taken = 0
        var depth = 0
        while taken < Self.mostPrefixes, rest.hasPrefix("# ") {
            var inner = rest.dropFirst(2)
            let spaces = Self.indentation(&inner)
            let isVersion = Self.isVersion(inner)
            guard isOpen || source == .program, taken < prefixes || isVersion else { break }
            // Diagnostics of the document around it.
            guard Self.isKTAP(inner) else { break }
            taken += 1
            depth += Self.prefixDepth + spaces
            rest = inner
            if isVersion { prefixes = taken }
        }
        if taken < prefixes, Self.result(rest, from: source) != nil { prefixes = taken }
        text = rest
        return depth
    }

    /// Puts the name of a result before those of the results inside it, unless a suite's announcement gave it to them.
    private mutating func nameResults(below depth: Int, by name: String) {
        var last = unnamed.count
        while last > 0, unnamed[last - 1].depth > depth {
            last -= 1
            let index = unnamed[last].index
            if unnamed[last].outermost != name { cases[index].name = "\(name)/\(cases[index].name)" }
            unnamed[last].outermost = nil
            unnamed[last].depth = depth
        }
    }

    private mutating func add(_ result: StepCase) {
        var result = result
        result.evidence = diagnostics
        // A diagnostic belongs to the result that follows it.
        if result.verdict == .fail, result.reason == nil { result.reason = diagnostics.last }
        diagnostics = []
        if cases.count < Self.mostCases {
            cases.append(result)
        } else {
            dropped.all += 1
            if result.verdict == .fail || result.verdict == .error { dropped.failed += 1 }
        }
    }

    /// A test that was announced and never reported is no pass, nor is one whose result was not kept.
    private mutating func finish(isCut: Bool) {
        if dropped.all > 0 {
            cases.append(
                StepCase(
                    name: Self.wholeName, verdict: dropped.failed > 0 ? .fail : .error,
                    reason: "\(Self.mostCases) results are kept, and \(dropped.all) more were reported, "
                        + "\(dropped.failed) of them not ok"))
        }
        if isDisabled, seenAtTop == 0 {
            cases.append(
                StepCase(
                    name: Self.wholeName, verdict: .error,
                    reason: "KUnit is disabled in this kernel: insert the module kunit first, with enable=1"))
        } else if !isCut, !hasGivenUp, let planned, seenAtTop < planned {
            cases.append(
                StepCase(
                    name: Self.wholeName, verdict: .fail, reason: "\(planned) results announced, \(seenAtTop) reported",
                    evidence: diagnostics))
        }
    }

    /// Takes the spaces at the beginning away and returns how many there were.
    private static func indentation(_ text: inout Substring) -> Int {
        let rest = text.drop { $0 == " " }
        defer { text = rest }
        return text.count - rest.count
    }

    /// Announced numbers are the guest's: their sum may be none.
    private static func sum(_ one: Int, _ other: Int) -> Int {
        let (sum, isTooLarge) = one.addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }

    private static func isVersion(_ text: Substring) -> Bool {
        text.hasPrefix("KTAP version ") || text.hasPrefix("TAP version ")
    }

    private static func isKTAP(_ text: Substring) -> Bool {
        ["KTAP version ", "TAP version ", "ok ", "not ok ", "# ", "1..", "Bail out!"].contains(where: text.hasPrefix)
    }

    /// The `N` of `1..N`, which may have a directive behind it.
    private static func plan(_ text: Substring) -> Int? {
        guard text.hasPrefix("1..") else { return nil }
        let number = text.dropFirst(3).prefix(while: \.isNumber)
        let rest = text.dropFirst(3 + number.count).drop { $0 == " " }
        // `1..100 rounds` and `1...` are what any program may say.
        guard rest.isEmpty || rest.hasPrefix("#") else { return nil }
        return number.isEmpty ? nil : Int(number) ?? .max
    }

    /// The reason in `1..0 # SKIP reason`, by which a program says that it ran nothing; nil without the directive.
    private static func skip(_ text: Substring) -> String? {
        guard let hash = text.firstRange(of: "# "), case let directive = text[hash.upperBound...],
            directive.uppercased().hasPrefix("SKIP")
        else { return nil }
        let reason = directive.dropFirst(4).drop { " :".contains($0) }
        return reason.isEmpty ? "skipped by the test" : String(reason)
    }

    /// `ok 3 - name # SKIP reason`, `not ok 4 name`.
    private static func result(_ text: Substring, from source: Source = .kernelLog) -> StepCase? {
        let passed = text == "ok" || text.hasPrefix("ok ")
        guard passed || text == "not ok" || text.hasPrefix("not ok ") else { return nil }
        var rest = text.dropFirst(passed ? 2 : 6).drop { $0 == " " }
        var number = rest.prefix(while: \.isNumber)
        // `ok 2nd attempt` has no number.
        if source == .program, rest.dropFirst(number.count).first?.isLetter == true { number = "" }
        // TAP lets programs leave it out; in a kernel log such a line is somebody's prose.
        guard !number.isEmpty || source == .program else { return nil }
        // Some programs pad their words.
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        rest = rest.dropFirst(number.count).drop { $0 == " " }
        if rest.hasPrefix("- ") { rest = rest.dropFirst(2) }
        var name = rest
        var directive: Substring?
        if let hash = rest.firstRange(of: "# ") {
            name = rest[..<hash.lowerBound]
            directive = rest[hash.upperBound...]
        }
        while name.last == " " { name = name.dropLast() }
        let title = name.isEmpty ? (number.isEmpty ? "unnamed" : String(number)) : String(name.prefix(120))
        if let directive, directive.uppercased().hasPrefix("SKIP") {
            let reason = directive.dropFirst(4).drop { " :".contains($0) }
            return StepCase(
                name: title, verdict: .skip, reason: reason.isEmpty ? "skipped by the test" : String(reason))
        }
        // A failure that the test expects: TAP's TODO and kselftest's XFAIL, which its programs print behind `ok`.
        for word in ["XFAIL", "TODO"] {
            guard let directive, directive.uppercased().hasPrefix(word), !passed || word == "XFAIL" else { continue }
            let reason = directive.dropFirst(word.count).drop { " :".contains($0) }
            return StepCase(
                name: title, verdict: .known, reason: reason.isEmpty ? "expected by the test" : String(reason))
        }
        return StepCase(name: title, verdict: passed ? .pass : .fail)
    }
}
