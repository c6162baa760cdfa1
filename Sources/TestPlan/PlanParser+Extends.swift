extension PlanParser {
    /// The file with the definition that a plan's guest extends, if it names one.
    func definitionFile(of plan: LocatedNode) -> String? {
        guard case .mapping(let entries) = plan.content, let guests,
            case .scalar(let name, _)? = entries.first(where: { $0.key == "extends" })?.value.content
        else { return nil }
        return guests.file(name)
    }

    /// The plan's guest with what it does not say itself taken from the definition that it extends. Devices are both:
    /// the definition's come first.
    func extended(_ plan: LocatedNode) -> LocatedNode {
        guard case .mapping(let entries) = plan.content,
            let extends = entries.first(where: { $0.key == "extends" }), !extends.value.isNull
        else { return plan }
        let own = entries.filter { $0.key != "extends" }
        var result = plan
        result.content = .mapping(own)
        guard let guests else {
            problems.report(
                "'extends' in guest: there are no definitions of guests", at: extends.location,
                advice: "name the directory that holds guests/, images/ and testplans/ with --data or VMHARNESS_DATA")
            return result
        }
        guard let definition = guests.guest(extends.value, "'extends' in guest", problems),
            case .mapping(let inherited) = definition.content
        else { return result }
        var merged = inherited
        for entry in own where !entry.value.isNull {
            guard let index = merged.firstIndex(where: { $0.key == entry.key }) else {
                merged.append(entry)
                continue
            }
            var entry = entry
            if entry.key == "devices", case .sequence(let first) = merged[index].value.content,
                case .sequence(let second) = entry.value.content
            {
                entry.value.content = .sequence(first + second)
            }
            merged[index] = entry
        }
        result.content = .mapping(merged)
        return result
    }
}
