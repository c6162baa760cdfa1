extension PlanParser {
    /// `image: NAME`, or a list of names of which the first counts whose `when` holds; the last has none.
    func image(
        _ node: LocatedNode, _ label: String, _ parameters: [TestPlan.Parameter], _ values: [String: String]
    ) -> String? {
        guard case .sequence = node.content, let items = node.items(label, problems) else {
            return imageName(node, label)
        }
        var chosen: String?
        for (index, item) in items.enumerated() {
            let isLast = index == items.count - 1
            guard case .mapping = item.content else {
                let name = imageName(item, "an item of \(label)")
                if !isLast {
                    problems.report(
                        "the items of \(label) after \(quoted(name ?? "this")) never count", at: item.location,
                        advice: "write it as the last")
                }
                chosen = chosen ?? name
                continue
            }
            guard let reader = MappingReader(item, of: "an item of \(label)", keys: ["name", "when"], problems) else {
                continue
            }
            let name = reader.required("name").flatMap { imageName($0, reader.label("name")) }
            let holds = reader.required("when").map { when($0, reader.label("when"), parameters, values) } ?? false
            if holds { chosen = chosen ?? name }
            if isLast {
                problems.report(
                    "\(label) names none for the other values", at: item.location, advice: "add a last item: - base")
            }
        }
        if items.isEmpty { problems.report("\(label) is empty", at: node.location, advice: "write 'image: base'") }
        return chosen
    }

    private func imageName(_ node: LocatedNode, _ label: String) -> String? {
        guard let name = node.string(label, problems) else { return nil }
        guard let first = name.first, isLowerCaseOrDigit(first), name.utf8.count <= 64,
            name.allSatisfy({ isLowerCaseOrDigit($0) || $0 == "-" || $0 == "." })
        else {
            problems.report(
                "\(label) must be the name of an image, not \(quoted(name))",
                at: node.location,
                advice: "use lower-case letters, digits, '-' and '.'"
            )
            return nil
        }
        return name
    }
}
