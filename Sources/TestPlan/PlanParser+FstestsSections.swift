extension PlanParser {
    static let sectionKeys =
        ["filesystem"] + FstestsRequest.Role.allCases.map(\.rawValue) + ["mkfs", "mount", "variables"]
    private static let mostSections = 32
    private static let longestValue = 4096

    /// The sections: what the step says itself, or each of `sections`, which inherits that.
    func sections(_ reader: MappingReader, _ guest: GuestRequest) -> [FstestsRequest.Section] {
        let base = SectionReader(reader: reader, inherited: nil)
        guard let node = reader.node("sections") else { return section(nil, base, guest).map { [$0] } ?? [] }
        guard case .mapping(let entries) = node.content else {
            problems.report(
                "\(reader.label("sections")) must be a mapping, not \(node.summary)", at: node.location,
                advice: "write 'NAME: {…}' lines")
            return []
        }
        if entries.isEmpty {
            problems.report("\(reader.label("sections")) is empty", at: node.location, advice: "leave it out")
        }
        if entries.count > Self.mostSections {
            problems.report("\(reader.label("sections")) has more than \(Self.mostSections)", at: node.location)
        }
        let sections = entries.prefix(Self.mostSections).compactMap { entry -> FstestsRequest.Section? in
            guard isSectionName(entry.key) else {
                problems.report(
                    "\(quoted(entry.key)) is not the name of a section", at: entry.location,
                    advice: "use letters, digits, '_' and '-', at most 64")
                return nil
            }
            // `NAME:` alone is a section in which nothing differs.
            let value =
                entry.value.isNull
                ? LocatedNode(location: entry.location, content: .mapping([])) : entry.value
            guard
                let own = MappingReader(
                    value, of: "section '\(entry.key)' of \(reader.subject)", keys: Self.sectionKeys, problems)
            else { return nil }
            return section(entry.key, SectionReader(reader: own, inherited: reader), guest)
        }
        refuseIdleRoles(reader, sections)
        return sections
    }

    /// A device that no section has a use for is a mistake.
    private func refuseIdleRoles(_ reader: MappingReader, _ sections: [FstestsRequest.Section]) {
        guard !sections.isEmpty else { return }
        for role in FstestsRequest.Role.allCases where !sections.contains(where: { $0.filesystem.roles.contains(role) })
        {
            guard let node = reader.node(role.rawValue) else { continue }
            problems.report(
                "\(reader.subject): no section has a use for '\(role.rawValue)'", at: node.location,
                advice: "leave it out")
        }
    }

    private func section(
        _ name: String?, _ keys: SectionReader, _ guest: GuestRequest
    ) -> FstestsRequest.Section? {
        let mkfs = keys.node("mkfs").flatMap { options($0, keys.label("mkfs")) }
        let mount = keys.node("mount").flatMap { options($0, keys.label("mount")) }
        let variables = variables(keys)
        guard let node = keys.node("filesystem") else {
            problems.report(
                "\(keys.reader.subject) has no 'filesystem'", at: keys.reader.location, advice: "add 'filesystem: …'")
            return nil
        }
        guard let filesystem = node.choice(keys.label("filesystem"), of: FstestsRequest.Filesystem.self, problems)
        else { return nil }
        let devices = devices(keys, filesystem, guest)
        if let own = keys.reader.node("mkfs"), !filesystem.hasMkfs {
            problems.report(
                "\(keys.reader.subject): \(filesystem.rawValue) has no mkfs", at: own.location, advice: "leave it out")
        }
        return FstestsRequest.Section(
            name: name ?? filesystem.rawValue, filesystem: filesystem, devices: devices,
            mkfsOptions: filesystem.hasMkfs ? mkfs : nil, mountOptions: mount, variables: variables)
    }

    // MARK: Texts

    /// Options for mkfs or mount: a line, which may be empty to say that there are none.
    private func options(_ node: LocatedNode, _ label: String) -> String? {
        guard let text = node.string(label, problems) else { return nil }
        guard text.utf8.count <= Self.longestValue, !text.unicodeScalars.contains(where: isControl) else {
            problems.report(
                "\(label) must be one line of at most \(Self.longestValue) bytes, not \(quoted(text))",
                at: node.location)
            return nil
        }
        return text
    }

    private func variables(_ keys: SectionReader) -> [String: String] {
        var variables: [String: String] = [:]
        for reader in [keys.inherited, keys.reader].compactMap(\.self) {
            guard let node = reader.node("variables") else { continue }
            guard case .mapping(let entries) = node.content else {
                problems.report(
                    "\(reader.label("variables")) must be a mapping, not \(node.summary)", at: node.location,
                    advice: "write 'NAME: TEXT' lines")
                continue
            }
            for entry in entries {
                guard let name = variable(entry, reader) else { continue }
                variables[name] = options(entry.value, "'\(name)' in \(reader.label("variables"))")
            }
        }
        return variables
    }

    private func variable(_ entry: LocatedNode.Entry, _ reader: MappingReader) -> String? {
        let name = entry.key
        guard let first = name.first, "A"..."Z" ~= first, name.utf8.count <= 64,
            name.allSatisfy({ "A"..."Z" ~= $0 || "0"..."9" ~= $0 || $0 == "_" })
        else {
            problems.report(
                "\(quoted(name)) is not the name of a variable of fstests", at: entry.location,
                advice: "use upper-case letters, digits and '_'")
            return nil
        }
        if let advice = FstestsRequest.ownVariables[name] {
            problems.report(
                "\(reader.label("variables")): the harness sets \(name) itself", at: entry.location, advice: advice)
            return nil
        }
        return name
    }

    private func isSectionName(_ name: String) -> Bool {
        guard let first = name.first, isLetterOrDigit(first) else { return false }
        return name.utf8.count <= 64 && name.allSatisfy { isLetterOrDigit($0) || $0 == "_" || $0 == "-" }
    }
}
