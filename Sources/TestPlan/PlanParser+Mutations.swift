extension PlanParser {
    private static let mostMutations = 16
    /// So that the name of a cell's directory stays below NAME_MAX, with the longest plan, kernel and values.
    private static let longestName = 24

    /// `mutations: [{name, module, source, patch}]`.
    func mutations(_ plan: MappingReader) -> [Mutation] {
        guard let node = plan.node("mutations"), let items = node.items(plan.label("mutations"), problems) else {
            return []
        }
        if items.count > Self.mostMutations {
            problems.report("a plan has at most \(Self.mostMutations) mutations", at: node.location)
            return []
        }
        var found: [Mutation] = []
        for item in items {
            guard let mutation = mutation(item) else { continue }
            if let first = found.first(where: { $0.name == mutation.name }) {
                problems.report(
                    "two mutations are called \(quoted(mutation.name))", at: mutation.location,
                    advice: "the first is in line \(first.location.line); rename one of them")
                continue
            }
            found.append(mutation)
        }
        return found
    }

    private func mutation(_ item: LocatedNode) -> Mutation? {
        guard
            let entry = MappingReader(
                item, of: "an item of 'mutations'", keys: ["name", "module", "source", "patch"], problems)
        else { return nil }
        let name = entry.required("name").flatMap { mutationName($0, entry.label("name")) }
        let module = entry.required("module").flatMap { moduleName($0, entry.label("module")) }
        let source = entry.required("source").flatMap { kernelDirectory($0, entry.label("source")) }
        let patch = entry.required("patch").flatMap { planFile($0, entry.label("patch")) }
        guard let name, let module, let source, let patch else { return nil }
        return Mutation(name: name, module: module, source: source, patch: patch, location: item.location)
    }

    /// It becomes part of the names of cells, hence of files.
    private func mutationName(_ node: LocatedNode, _ label: String) -> String? {
        guard let text = node.string(label, problems) else { return nil }
        guard PlanLibrary.isPlanName(text), text.utf8.count <= Self.longestName else {
            problems.report(
                "\(label): \(quoted(text)) is not the name of a mutation", at: node.location,
                advice: "use lower-case letters, digits and '-', at most \(Self.longestName)")
            return nil
        }
        return text
    }

    /// A directory of the kernel's source, such as `drivers/vfio`.
    private func kernelDirectory(_ node: LocatedNode, _ label: String) -> String? {
        guard let text = node.string(label, problems) else { return nil }
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        let isFit = components.allSatisfy { component in
            !component.isEmpty && component.first != "." && component.first != "-"
                && component.allSatisfy { isLetterOrDigit($0) || "._-".contains($0) }
        }
        guard isFit, text.utf8.count <= 255 else {
            problems.report(
                "\(label): \(quoted(text)) is not a directory of the kernel's source", at: node.location,
                advice: "write it relative to the source, such as drivers/vfio")
            return nil
        }
        return text
    }
}
