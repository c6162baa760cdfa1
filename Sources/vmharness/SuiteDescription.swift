import TestPlan

/// A suite in words: what is run on what, and how.
struct SuiteDescription {
    /// A line for each thing to say; none for a step that is no suite.
    let lines: [String]

    /// Describes the suite of a step.
    init(_ action: StepAction) {
        lines =
            switch action {
            case .fstests(let request): Self.lines(of: request)
            case .kselftest(let request): Self.lines(of: request)
            case .suite(let request): Self.lines(of: request)
            default: []
            }
    }

    private static func lines(of request: FstestsRequest) -> [String] {
        var lines = ["tree: " + (request.tree ?? "the one that VMHARNESS_FSTESTS names")]
        if request.otherwise == .skip { lines[0] += "; skipped where there is none" }
        lines += request.sections.map { "section \($0.name): \(words(for: $0))" }
        lines += list("groups", request.groups) + list("tests", request.tests)
        lines += list("without groups", request.excludedGroups) + list("without", request.excludedTests)
        return lines + self.lines(of: request.options)
    }

    private static func words(for section: FstestsRequest.Section) -> String {
        let devices = FstestsRequest.Role.allCases.compactMap { role in
            section.devices[role].map { "\(role.rawValue) \($0.map { "'\($0)'" }.joined(separator: " "))" }
        }
        let texts = [("mkfs", section.mkfsOptions), ("mount", section.mountOptions)].compactMap { key, text in
            text.map { "\(key) '\($0)'" }
        }
        let variables = section.variables.sorted { $0.key < $1.key }.map { "\($0.key)='\($0.value)'" }
        return ([section.filesystem.rawValue] + devices + texts + variables).joined(separator: ", ")
    }

    private static func lines(of request: KselftestRequest) -> [String] {
        ["tree: " + (request.tree ?? "built from the source of the cell's kernel")]
            + list("collections", request.collections) + list("tests", request.tests)
            + list("without", request.excludedTests) + lines(of: request.options)
    }

    private static func lines(of request: SuiteRequest) -> [String] {
        let cases: [String] =
            switch request.list {
            case .arguments(let words)?: ["cases: \(words)"]
            case .shell(let text)?: ["cases: \(text)"]
            case nil: []
            }
        return cases + lines(of: request.options)
    }

    private static func lines(of options: SuiteOptions) -> [String] {
        let limits = options.limits
        var lines = [
            "a case may take \(limits.factor) times its median and at least \(limits.floor.spelled), "
                + "\(limits.first.spelled) if it is not known"
        ]
        if options.shards > 1 { lines.append("in \(options.shards) guests at a time") }
        return lines + options.expunges.map { "not \($0.test)\(words(for: $0)): \($0.reason ?? "no reason given")" }
    }

    private static func words(for expunge: Expunge) -> String {
        let words = [expunge.scope.isEmpty ? nil : expunge.scope, expunge.expires.map { "until \($0)" }]
            .compactMap(\.self).joined(separator: "; ")
        return words.isEmpty ? "" : " (\(words))"
    }

    private static func list(_ what: String, _ names: [String]) -> [String] {
        names.isEmpty ? [] : ["\(what): \(names.joined(separator: " "))"]
    }
}
