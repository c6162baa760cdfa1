extension PlanParser {
    func mkfs(_ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        let disk = reader.required("disk").flatMap { declaredDisk($0, reader.label("disk"), guest) }
        let type = reader.required("type").flatMap { filesystemType($0, reader.label("type")) }
        let options = reader.node("options").map { arguments($0, reader.label("options")) } ?? []
        guard let disk, let type else { return nil }
        return .mkfs(disk: disk, type: type, options: options)
    }

    /// `mount`: of a share by `virtiofs`, or of a disk by `disk` and `type`.
    func mount(_ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        let at = reader.required("at").flatMap { guestPath($0, reader.label("at")) }
        let options = reader.node("options").map { words($0, reader.label("options"), without: ",") } ?? []
        let readOnly = reader.boolean("read-only") ?? false
        switch (reader.node("virtiofs"), reader.node("disk")) {
        case (let node?, nil):
            if let type = reader.node("type") {
                problems.report(
                    "\(reader.subject) of a share has no 'type'", at: type.location, advice: "leave it out")
            }
            guard let tag = declaredTag(node, reader.label("virtiofs"), guest), let at else { return nil }
            return .mount(virtiofs: tag, at: at, options: options, readOnly: readOnly)
        case (nil, let node?):
            let disk = declaredDisk(node, reader.label("disk"), guest)
            let type = reader.required("type").flatMap { filesystemType($0, reader.label("type")) }
            guard let disk, let type, let at else { return nil }
            return .mountDisk(disk: disk, type: type, at: at, options: options, readOnly: readOnly)
        case (nil, nil):
            problems.report(
                "\(reader.subject) has neither 'virtiofs' nor 'disk'", at: reader.location,
                advice: "add 'virtiofs: TAG', or 'disk: NAME' with 'type: …'")
        case (_?, let disk?):
            problems.report(
                "\(reader.subject) has both 'virtiofs' and 'disk'", at: disk.location, advice: "keep one of them")
        }
        return nil
    }

    /// The name of a disk, or of persistent memory, that the guest has.
    func declaredDisk(_ node: LocatedNode, _ label: String, _ guest: GuestRequest) -> String? {
        guard let name = node.string(label, problems) else { return nil }
        let names = guest.disks.map(\.name) + guest.pmem.map(\.name)
        if names.contains(name) { return name }
        problems.report(
            "\(label): the guest has no disk \(quoted(name))", at: node.location,
            advice: names.isEmpty ? "declare it under 'devices' in 'guest'" : spellingAdvice(for: name, among: names))
        return nil
    }

    /// The TYPE of mkfs.TYPE(8) and of mount(8).
    private func filesystemType(_ node: LocatedNode, _ label: String) -> String? {
        guard let type = node.string(label, problems) else { return nil }
        guard let first = type.first, isLowerCaseOrDigit(first), type.utf8.count <= 32,
            type.allSatisfy({ isLowerCaseOrDigit($0) || "._-".contains($0) })
        else {
            problems.report(
                "\(label) must be the type of a file system, not \(quoted(type))", at: node.location,
                advice: "write it as mount(8) has it, such as ext4")
            return nil
        }
        return type
    }

    /// Arguments of a program, each without control characters.
    private func arguments(_ node: LocatedNode, _ label: String) -> [String] {
        guard let items = node.items(label, problems) else { return [] }
        return items.compactMap { item in
            guard let word = item.string("an item of \(label)", problems) else { return nil }
            guard !word.isEmpty, !word.unicodeScalars.contains(where: isControl) else {
                problems.report("an item of \(label) must be one argument, not \(quoted(word))", at: item.location)
                return nil
            }
            return word
        }
    }
}
