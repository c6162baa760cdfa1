extension PlanParser {
    private static let timeouts = Duration.milliseconds(1) ... .seconds(24 * 3600)
    /// MODULE_NAME_LEN of include/linux/moduleparam.h on 64-bit machines, without the final NUL.
    private static let longestModuleName = 55

    func steps(_ node: LocatedNode, _ guest: GuestRequest) -> [PlanStep] {
        guard let items = node.items("'steps' in the plan", problems) else { return [] }
        if items.isEmpty {
            problems.report("the plan has no steps", at: node.location, advice: "add at least one")
        }
        var cases: [String: SourceLocation] = [:]
        return items.compactMap { item in
            guard let step = step(item, guest) else { return nil }
            if case .run(_, _, let name?) = step.action {
                if let first = cases[name] {
                    problems.report(
                        "a second step makes a case \(quoted(name))",
                        at: step.location,
                        advice: "the first is in line \(first.line); give this one another name"
                    )
                }
                cases[name] = cases[name] ?? step.location
            }
            return step
        }
    }

    private func step(_ node: LocatedNode, _ guest: GuestRequest) -> PlanStep? {
        guard let entry = onlyEntry(node, "a step", of: StepKind.allCases.map(\.rawValue)),
            let kind = StepKind(rawValue: entry.key)
        else { return nil }
        let value = longForm(entry.value, kind)
        guard
            let reader = MappingReader(value, of: kind.rawValue, keys: keys(of: kind) + ["name", "timeout"], problems)
        else { return nil }
        let name = reader.node("name").flatMap { line($0, reader.label("name"), longest: 120) }
        let timeout = reader.duration("timeout", in: Self.timeouts) ?? kind.defaultTimeout
        guard let action = action(kind, reader, guest) else { return nil }
        return PlanStep(action: action, name: name, timeout: timeout, location: entry.location)
    }

    /// `- run: uname -r` for `- run: {command: uname -r}`, where a kind has one key which says it all.
    private func longForm(_ value: LocatedNode, _ kind: StepKind) -> LocatedNode {
        let key: String
        switch (kind, value.content) {
        case (.run, .scalar), (.run, .sequence): key = "command"
        case (.moduleRemove, .scalar): key = "module"
        case (.unmount, .scalar): key = "at"
        default: return value
        }
        let entry = LocatedNode.Entry(key: key, location: value.location, value: value)
        return LocatedNode(location: value.location, content: .mapping([entry]))
    }

    private func keys(of kind: StepKind) -> [String] {
        switch kind {
        case .modulePad: ["module", "size", "to"]
        case .mount: ["virtiofs", "at", "options", "read-only"]
        case .unmount: ["at"]
        case .moduleInsert: ["path", "module", "parameters"]
        case .moduleRemove: ["module"]
        case .run: ["command", "status", "case"]
        }
    }

    private func action(_ kind: StepKind, _ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        switch kind {
        case .modulePad: modulePad(reader, guest)
        case .mount: mount(reader, guest)
        case .unmount:
            reader.required("at").flatMap { guestPath($0, reader.label("at")) }.map { .unmount(at: $0) }
        case .moduleInsert: moduleInsert(reader)
        case .moduleRemove:
            reader.required("module").flatMap { moduleName($0, reader.label("module")) }
                .map { .moduleRemove(name: $0) }
        case .run: run(reader)
        }
    }

    // MARK: Modules

    private func modulePad(_ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        let module = reader.required("module").flatMap { moduleName($0, reader.label("module")) }
        // A module is read into memory as a whole, so 1 GiB is far beyond what loads.
        let size = reader.required("size")
            .flatMap { $0.byteCount(reader.label("size"), in: ByteCount(bytes: 1) ... .gibibytes(1), problems) }
        let target = reader.required("to").flatMap { shareFile($0, reader.label("to"), guest) }
        guard let module, let size, let target else { return nil }
        return .modulePad(module: module, size: size, to: target)
    }

    private func moduleInsert(_ reader: MappingReader) -> StepAction? {
        let parameters = reader.node("parameters").map { words($0, reader.label("parameters")) } ?? []
        switch (reader.node("path"), reader.node("module")) {
        case (let path?, nil):
            return guestPath(path, reader.label("path")).map { .moduleInsert(.path($0), parameters: parameters) }
        case (nil, let module?):
            return moduleName(module, reader.label("module")).map { .moduleInsert(.name($0), parameters: parameters) }
        case (nil, nil):
            problems.report(
                "\(reader.subject) has neither 'path' nor 'module'", at: reader.location,
                advice: "add 'path: /…' for a file in the guest or 'module: NAME' for one of the kernel's own")
        case (_?, let module?):
            problems.report(
                "\(reader.subject) has both 'path' and 'module'", at: module.location, advice: "keep one of them")
        }
        return nil
    }

    private func moduleName(_ node: LocatedNode, _ label: String) -> String? {
        guard let name = node.string(label, problems) else { return nil }
        guard isModuleName(name) else {
            let advice = name.hasSuffix(".ko") ? "leave out '.ko'" : "use letters, digits, '_' and '-'"
            problems.report(
                "\(label) must be the name of a module, not \(quoted(name))", at: node.location, advice: advice)
            return nil
        }
        return name
    }

    func isModuleName(_ name: String) -> Bool {
        guard let first = name.first, isLetterOrDigit(first) else { return false }
        return name.utf8.count <= Self.longestModuleName
            && name.allSatisfy { isLetterOrDigit($0) || $0 == "_" || $0 == "-" }
    }

    // MARK: Mounts

    private func mount(_ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        let tag = reader.required("virtiofs").flatMap { declaredTag($0, reader.label("virtiofs"), guest) }
        let at = reader.required("at").flatMap { guestPath($0, reader.label("at")) }
        let options = reader.node("options").map { words($0, reader.label("options"), without: ",") } ?? []
        let readOnly = reader.boolean("read-only") ?? false
        guard let tag, let at else { return nil }
        return .mount(virtiofs: tag, at: at, options: options, readOnly: readOnly)
    }

    // MARK: Commands

    private func run(_ reader: MappingReader) -> StepAction? {
        let command = reader.required("command").flatMap { self.command($0, reader.label("command")) }
        let status = reader.integer("status", in: 0...255) ?? 0
        let caseName = reader.node("case").flatMap { line($0, reader.label("case"), longest: 120) }
        guard let command else { return nil }
        return .run(command, status: status, caseName: caseName)
    }

    private func command(_ node: LocatedNode, _ label: String) -> GuestCommand? {
        guard case .sequence = node.content else {
            guard let text = node.string(label, problems) else { return nil }
            guard text.contains(where: { !$0.isWhitespace }) else {
                problems.report("\(label) is empty", at: node.location, advice: "write what to run")
                return nil
            }
            return .shell(text)
        }
        guard let arguments = node.strings(label, problems) else { return nil }
        guard let program = arguments.first, !program.isEmpty else {
            problems.report("\(label) names no program", at: node.location, advice: "write '[PROGRAM, ARGUMENT…]'")
            return nil
        }
        return .arguments(arguments)
    }
}
