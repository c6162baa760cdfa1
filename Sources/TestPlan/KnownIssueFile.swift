/// Files of known issues: what fails and is recorded, over all plans and with a day on which that ends.
public enum KnownIssueFile {
    /// The name of the file beside `testplans/`.
    public static let fileName = "known-issues.yaml"
    /// The most issues of one file.
    static let mostIssues = 2000
    private static let keys = ["plan", "case", "with", "title", "kernels", "reason", "link", "expires"]

    /// Reads the file at `path`, of at most 1 MiB.
    ///
    /// - Parameters:
    ///   - plans: the names of plans that there are. One that is nearly such a name is refused; others may lie elsewhere.
    ///   - displayName: the name for diagnostics and locations; `path` if nil.
    /// - Throws: ``InvalidFile`` with every problem found.
    public static func read(
        _ path: String, plans: [String] = [], displayName: String? = nil
    ) throws(InvalidFile) -> [KnownIssue] {
        try issues(try LocatedYAML.read(path, displayName: displayName), plans)
    }

    /// Parses the bytes of a file called `file` in diagnostics. Parameters and errors as for ``read(_:plans:displayName:)``.
    public static func parse(
        _ bytes: [UInt8], file: String, plans: [String] = []
    ) throws(InvalidFile) -> [KnownIssue] {
        try issues(try LocatedYAML.parse(bytes, file: file), plans)
    }

    private static func issues(_ root: LocatedNode, _ plans: [String]) throws(InvalidFile) -> [KnownIssue] {
        let problems = DiagnosticList()
        let items = root.items("the file", problems) ?? []
        if items.count > mostIssues {
            problems.report(
                "the file has more than \(mostIssues) issues", at: root.location, advice: "is it the right file?")
        }
        let issues = items.prefix(mostIssues).compactMap { issue($0, plans, problems) }
        try problems.throwIfAny()
        return issues
    }

    private static func issue(_ item: LocatedNode, _ plans: [String], _ problems: DiagnosticList) -> KnownIssue? {
        guard let reader = MappingReader(item, of: "a known issue", keys: keys, problems) else { return nil }
        let titles = reader.required("title") == nil ? [] : texts("title", longest: 200, reader)
        let reason = reader.required("reason").flatMap {
            ExpungeFile.line($0, reader.label("reason"), longest: 300, problems)
        }
        let names = texts("plan", longest: 64, reader)
        for (name, node) in names { check(plan: name, node, plans, problems) }
        let cases = texts("case", longest: 200, reader)
        for (name, node) in cases where name.dropLast().contains("*") {
            problems.report(
                "'case' has a '*' that is not at its end: \(quoted(name))", at: node.location,
                advice: "only the rest of a name can be left open, as in generic/*")
        }
        let kernels = texts("kernels", longest: 8192, reader).compactMap { text, node -> KernelRange? in
            do throws(Diagnostic) {
                return try KernelRange(parsing: text)
            } catch {
                problems.report(
                    "\(reader.label("kernels")): \(error.message)", at: node.location, advice: error.advice)
                return nil
            }
        }
        let link = reader.node("link").flatMap { ExpungeFile.link($0, reader.label("link"), problems) }
        let expires = reader.node("expires").flatMap { ExpungeFile.day($0, reader.label("expires"), problems) }
        let settings = self.settings(reader)
        guard let reason, !titles.isEmpty else { return nil }
        return KnownIssue(
            plans: names.map(\.text), cases: cases.map(\.text), kernels: kernels, settings: settings,
            findings: titles.map(\.text), reason: reason, link: link, expires: expires, location: item.location)
    }

    /// A misspelt plan would excuse nothing, and nobody would notice.
    private static func check(plan: String, _ node: LocatedNode, _ plans: [String], _ problems: DiagnosticList) {
        guard PlanLibrary.isPlanName(plan) else {
            problems.report(
                "'plan' must be the name of a plan, not \(quoted(plan))", at: node.location,
                advice: "leave it out for all plans")
            return
        }
        if !plans.contains(plan), let nearest = nearestSpelling(of: plan, among: plans) {
            problems.report(
                "there is no plan \(quoted(plan))", at: node.location, advice: "did you mean '\(nearest)'?")
        }
    }

    /// A text, or a list of some.
    private static func texts(
        _ key: String, longest: Int, _ reader: MappingReader
    ) -> [(text: String, node: LocatedNode)] {
        guard let node = reader.node(key) else { return [] }
        var nodes = [node]
        if case .sequence(let items) = node.content {
            nodes = items
            if items.isEmpty {
                reader.problems.report("\(reader.label(key)) is empty", at: node.location, advice: "leave it out")
            }
        }
        return nodes.compactMap { node in
            ExpungeFile.line(node, reader.label(key), longest: longest, reader.problems).map { ($0, node) }
        }
    }

    private static func settings(_ reader: MappingReader) -> [String: String] {
        guard let node = reader.node("with") else { return [:] }
        guard case .mapping(let entries) = node.content else {
            reader.problems.report(
                "\(reader.label("with")) must be a mapping, not \(node.summary)", at: node.location,
                advice: "write 'parameter: value'")
            return [:]
        }
        return entries.reduce(into: [:]) { settings, entry in
            settings[entry.key] = entry.value.string("'\(entry.key)' in 'with'", reader.problems)
        }
    }
}
