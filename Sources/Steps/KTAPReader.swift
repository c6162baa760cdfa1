public import RunRecord

/// One result of a step that reports several.
public struct StepCase: Sendable, Hashable {
    /// Its name, with those of the tests around it: `suite/test`.
    public var name: String
    /// `pass`, `fail`, `skip` or, for a test that never reported, `error`.
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

/// Reads KTAP in a kernel log (Documentation/dev-tools/ktap.rst): the results
/// of KUnit and of modules that print it.
struct KTAPReader {
    private(set) var cases: [StepCase] = []
    private var diagnostics: [String] = []
    private var isOpen = false
    /// KUnit announced its suites, and then ran none of them.
    private var isDisabled = false
    private var planned: Int?
    private var seenAtTop = 0
    /// The suites announced by `# Subtest: NAME`, with the indentation of their tests.
    private var suites: [(depth: Int, name: String)] = []

    private static let mostCases = 10_000
    private static let mostDiagnostics = 20

    /// The results in lines without priority and time.
    static func cases(in lines: [String]) -> [StepCase] {
        var reader = KTAPReader()
        for line in lines { reader.take(line) }
        reader.finish()
        return reader.cases
    }

    private mutating func take(_ line: String) {
        var text = line[...]
        var depth = Self.indentation(&text)
        // `pr_fmt` of a module puts `NAME: ` before each line.
        if !isOpen || !Self.isKTAP(text), let colon = text.firstRange(of: ": ") {
            var rest = text[colon.upperBound...]
            let inner = Self.indentation(&rest)
            if Self.isKTAP(rest), !text[..<colon.lowerBound].contains(" ") {
                text = rest
                depth = inner
            }
        }
        if text.hasPrefix("KTAP version ") || text.hasPrefix("TAP version ") {
            isOpen = true
            return
        }
        guard isOpen else { return }
        // Where CONFIG_KUNIT_DEFAULT_ENABLED is not set (lib/kunit/test.c, kunit_run_tests()).
        if text == "kunit: disabled" { isDisabled = true }
        if text.hasPrefix("1..") {
            if depth == 0 { planned = (planned ?? 0) + (Int(text.dropFirst(3).prefix(while: \.isNumber)) ?? 0) }
        } else if text.hasPrefix("# Subtest: ") {
            suites.removeAll { $0.depth >= depth }
            suites.append((depth, String(text.dropFirst(11).prefix(120))))
        } else if text.hasPrefix("#") {
            if diagnostics.count < Self.mostDiagnostics { diagnostics.append(String(text.drop { "# ".contains($0) })) }
        } else if text.hasPrefix("Bail out!") {
            add(StepCase(name: "KTAP", verdict: .error, reason: String(text)))
        } else if var result = Self.result(text) {
            if depth == 0 { seenAtTop += 1 }
            // The result of a suite comes after those of its tests, one level up.
            suites.removeAll { $0.depth > depth }
            result.name = (suites.map(\.name) + [result.name]).joined(separator: "/")
            add(result)
        }
    }

    private mutating func add(_ result: StepCase) {
        var result = result
        result.evidence = diagnostics
        // A diagnostic belongs to the result that follows it.
        if result.verdict == .fail, result.reason == nil { result.reason = diagnostics.last }
        diagnostics = []
        if cases.count < Self.mostCases { cases.append(result) }
    }

    /// A test that was announced and never reported is no pass.
    private mutating func finish() {
        if isDisabled, seenAtTop == 0 {
            cases.append(
                StepCase(
                    name: "KTAP", verdict: .error,
                    reason: "KUnit is disabled in this kernel: insert the module kunit first, with enable=1"))
        } else if let planned, seenAtTop < planned {
            cases.append(
                StepCase(
                    name: "KTAP", verdict: .fail, reason: "\(planned) results announced, \(seenAtTop) reported",
                    evidence: diagnostics))
        }
    }

    /// Takes the spaces at the beginning away and returns how many there were.
    private static func indentation(_ text: inout Substring) -> Int {
        let rest = text.drop { $0 == " " }
        defer { text = rest }
        return text.count - rest.count
    }

    private static func isKTAP(_ text: Substring) -> Bool {
        ["KTAP version ", "TAP version ", "ok ", "not ok ", "# ", "1..", "Bail out!"].contains(where: text.hasPrefix)
    }

    /// `ok 3 - name # SKIP reason`, `not ok 4 name`.
    private static func result(_ text: Substring) -> StepCase? {
        let passed = text.hasPrefix("ok ")
        guard passed || text.hasPrefix("not ok ") else { return nil }
        var rest = text.dropFirst(passed ? 3 : 7)
        let number = rest.prefix(while: \.isNumber)
        guard !number.isEmpty else { return nil }
        rest = rest.dropFirst(number.count).drop { $0 == " " }
        if rest.hasPrefix("- ") { rest = rest.dropFirst(2) }
        var name = rest
        var directive: Substring?
        if let hash = rest.firstRange(of: "# ") {
            name = rest[..<hash.lowerBound]
            directive = rest[hash.upperBound...]
        }
        while name.last == " " { name = name.dropLast() }
        let title = name.isEmpty ? String(number) : String(name.prefix(120))
        if let directive, directive.uppercased().hasPrefix("SKIP") {
            let reason = directive.dropFirst(4).drop { " :".contains($0) }
            return StepCase(
                name: title, verdict: .skip, reason: reason.isEmpty ? "skipped by the test" : String(reason))
        }
        return StepCase(name: title, verdict: passed ? .pass : .fail)
    }
}
