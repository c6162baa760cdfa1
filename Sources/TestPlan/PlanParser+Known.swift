extension PlanParser {
    /// `known`: failures that are expected.
    func knownIssues(_ reader: MappingReader, _ parameters: [TestPlan.Parameter]) -> [KnownIssue] {
        guard let items = reader.node("known")?.items(reader.label("known"), problems) else { return [] }
        return items.compactMap { item in
            guard
                let entry = MappingReader(
                    item, of: "an item of 'known'", keys: ["with", "findings", "reason", "link"], problems)
            else { return nil }
            let settings = entry.node("with").map { self.settings($0, entry.label("with"), parameters) } ?? [:]
            let findings = findings(entry)
            let reason = entry.required("reason").flatMap { line($0, entry.label("reason"), longest: 300) }
            let link = entry.node("link").flatMap { self.link($0, entry.label("link")) }
            guard let findings, let reason else { return nil }
            return KnownIssue(
                settings: settings, findings: findings, reason: reason, link: link, location: item.location)
        }
    }

    /// Without one, any failure would be excused.
    private func findings(_ entry: MappingReader) -> [String]? {
        guard let node = entry.required("findings"), let items = node.items(entry.label("findings"), problems) else {
            return nil
        }
        if items.isEmpty {
            problems.report(
                "\(entry.label("findings")) is empty", at: node.location, advice: "add the title of a finding")
        }
        return items.compactMap { line($0, "an item of \(entry.label("findings"))", longest: 200) }
    }

    private func link(_ node: LocatedNode, _ label: String) -> String? {
        guard let text = line(node, label, longest: 500) else { return nil }
        guard text.hasPrefix("https://") || text.hasPrefix("http://"), !text.contains(" ") else {
            problems.report("\(label) must be an address, not \(quoted(text))", at: node.location, advice: "https://…")
            return nil
        }
        return text
    }
}
