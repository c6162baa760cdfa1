extension PlanParser {
    private static let timeouts = Duration.milliseconds(1) ... .seconds(24 * 3600)

    func steps(
        _ node: LocatedNode, _ guest: GuestRequest, _ parameters: [TestPlan.Parameter], _ values: [String: String]
    ) -> [PlanStep] {
        guard let items = node.items("'steps' in the plan", problems) else { return [] }
        if items.isEmpty {
            problems.report("the plan has no steps", at: node.location, advice: "add at least one")
        }
        var cases: [String: SourceLocation] = [:]
        let steps = items.compactMap { item -> PlanStep? in
            guard let (step, applies) = step(item, guest, parameters, values), applies else { return nil }
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
        checkPmem(of: steps, guest)
        return steps
    }

    /// A step, and whether the values of the parameters are those it is for.
    private func step(
        _ node: LocatedNode, _ guest: GuestRequest, _ parameters: [TestPlan.Parameter], _ values: [String: String]
    ) -> (step: PlanStep, applies: Bool)? {
        guard let entry = onlyEntry(node, "a step", of: StepKind.allCases.map(\.rawValue)),
            let kind = StepKind(rawValue: entry.key)
        else { return nil }
        let value = longForm(entry.value, kind)
        guard
            let reader = MappingReader(
                value, of: kind.rawValue, keys: keys(of: kind) + ["name", "timeout", "setup", "when", "unless"],
                problems)
        else { return nil }
        let name = reader.node("name").flatMap { line($0, reader.label("name"), longest: 120) }
        let timeout = reader.duration("timeout", in: Self.timeouts) ?? kind.defaultTimeout
        let isSetup = reader.boolean("setup") ?? false
        let isMeant = reader.node("when").map { when($0, reader.label("when"), parameters, values) } ?? true
        let isExcepted = reader.node("unless").map { when($0, reader.label("unless"), parameters, values) } ?? false
        guard let action = action(kind, reader, guest) else { return nil }
        let step = PlanStep(
            action: action, name: name, timeout: timeout, isSetup: isSetup, location: entry.location)
        return (step, isMeant && !isExcepted)
    }

    /// `when: {allocation: [noio, nofs]}`: whether parameters have one of the values named.
    func when(
        _ node: LocatedNode, _ label: String, _ parameters: [TestPlan.Parameter], _ values: [String: String]
    ) -> Bool {
        let varying = parameters.filter { !$0.values.isEmpty }
        guard let reader = MappingReader(node, of: label, keys: varying.map(\.name), problems) else { return true }
        return varying.allSatisfy { parameter in
            guard let value = reader.node(parameter.name) else { return true }
            let wanted: [String]
            if case .sequence = value.content {
                wanted = value.strings(reader.label(parameter.name), problems) ?? []
            } else {
                wanted = value.string(reader.label(parameter.name), problems).map { [$0] } ?? []
            }
            for word in wanted where !parameter.values.contains(word) {
                problems.report(
                    "parameter '\(parameter.name)' has no value \(quoted(word))", at: value.location,
                    advice: spellingAdvice(for: word, among: parameter.values))
            }
            return wanted.contains(values[parameter.name] ?? parameter.defaultValue)
        }
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
        case .moduleBuild, .userspaceBuild: ["source", "at"]
        case .modulePad: ["module", "size", "to"]
        case .mkfs: ["disk", "type", "options"]
        case .mount: ["virtiofs", "disk", "type", "at", "options", "read-only"]
        case .pmem: Self.pmemStepKeys
        case .pmemSave, .pmemRestore: ["device"]
        case .unmount: ["at"]
        case .moduleInsert: ["path", "module", "parameters", "dependencies"]
        case .moduleCycle: ["path", "module", "parameters", "times", "load"]
        case .moduleRemove: ["module"]
        case .run: ["command", "status", "case"]
        case .fstests: Self.fstestsKeys
        case .kselftest: ["tree", "collections", "tests", "exclude"] + Self.suiteOptionKeys
        case .suite: ["command", "list", "restore"] + Self.suiteOptionKeys
        }
    }

    private func action(_ kind: StepKind, _ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        switch kind {
        case .moduleBuild: built(reader).map { .moduleBuild(source: $0.source, at: $0.at) }
        case .userspaceBuild: built(reader).map { .userspaceBuild(source: $0.source, at: $0.at) }
        case .modulePad: modulePad(reader, guest)
        case .mkfs: mkfs(reader, guest)
        case .mount: mount(reader, guest)
        case .pmem, .pmemSave, .pmemRestore: pmemStep(kind, reader, guest)
        case .unmount:
            reader.required("at").flatMap { guestPath($0, reader.label("at")) }.map { .unmount(at: $0) }
        case .moduleInsert: moduleInsert(reader)
        case .moduleCycle: moduleCycle(reader)
        case .moduleRemove:
            reader.required("module").flatMap { moduleName($0, reader.label("module")) }
                .map { .moduleRemove(name: $0) }
        case .run: run(reader)
        case .fstests: fstests(reader, guest)
        case .kselftest: kselftest(reader)
        case .suite: suite(reader, guest)
        }
    }

    // MARK: Commands

    private func run(_ reader: MappingReader) -> StepAction? {
        let command = reader.required("command").flatMap { self.command($0, reader.label("command")) }
        let status = reader.integer("status", in: 0...255) ?? 0
        let caseName = reader.node("case").flatMap { line($0, reader.label("case"), longest: 120) }
        guard let command else { return nil }
        return .run(command, status: status, caseName: caseName)
    }

    func command(_ node: LocatedNode, _ label: String) -> GuestCommand? {
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
