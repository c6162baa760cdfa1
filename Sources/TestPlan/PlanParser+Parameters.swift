extension PlanParser {
    /// The longest value of a parameter, in bytes.
    private static let longestValue = 4096
    /// Each is a guest of its own.
    private static let mostValues = 100

    /// `parameters: {size: 10MiB}` or `parameters: {size: {default: 10MiB, summary: …}}`.
    func parameters(_ plan: MappingReader) -> [TestPlan.Parameter] {
        guard let node = plan.node("parameters") else { return [] }
        guard case .mapping(let entries) = node.content else {
            problems.report(
                "'parameters' must be a mapping, not \(node.summary)", at: node.location,
                advice: "write 'NAME: DEFAULT' lines")
            return []
        }
        return entries.compactMap { entry in
            guard isParameterName(entry.key) else {
                problems.report(
                    "\(quoted(entry.key)) is not the name of a parameter",
                    at: entry.location,
                    advice: "begin with a lower-case letter and go on with lower-case letters, digits, '_' and '-'"
                )
                return nil
            }
            return parameter(entry)
        }
    }

    private func parameter(_ entry: LocatedNode.Entry) -> TestPlan.Parameter? {
        let subject = "parameter '\(entry.key)'"
        var summary: String?
        var values: [String] = []
        let value: LocatedNode
        if case .mapping = entry.value.content {
            guard
                let reader = MappingReader(
                    entry.value, of: subject, keys: ["default", "summary", "values"], problems)
            else { return nil }
            summary = reader.node("summary").flatMap { line($0, reader.label("summary"), longest: 200) }
            if let node = reader.node("values") {
                guard let items = node.items(reader.label("values"), problems), let first = items.first else {
                    problems.report("\(reader.label("values")) is empty", at: node.location)
                    return nil
                }
                values = distinctValues(items, subject)
                guard reader.node("default") == nil else {
                    problems.report(
                        "\(subject) has both 'default' and 'values'", at: reader.place(of: "default"),
                        advice: "keep 'values'; the plan runs with each of them")
                    return nil
                }
                value = first
            } else {
                guard let node = reader.required("default") else { return nil }
                value = node
            }
        } else {
            value = entry.value
        }
        guard let text = value.string("the default of \(subject)", problems) else { return nil }
        if let reason = unusable(text) {
            problems.report("the default of \(subject) \(reason)", at: value.location)
            return nil
        }
        return TestPlan.Parameter(
            name: entry.key, defaultValue: text, values: values, summary: summary, location: entry.location)
    }

    private func distinctValues(_ items: [LocatedNode], _ subject: String) -> [String] {
        if items.count > Self.mostValues {
            problems.report("\(subject) has more than \(Self.mostValues) values", at: items[0].location)
        }
        var values: [String] = []
        for item in items {
            guard let text = item.string("a value of \(subject)", problems) else { continue }
            if let reason = unusable(text) {
                problems.report("a value of \(subject) \(reason)", at: item.location)
            } else if values.contains(text) {
                problems.report("\(subject) has the value \(quoted(text)) twice", at: item.location)
            }
            values.append(text)
        }
        return values
    }

    /// The defaults, overridden by what was set.
    func values(of parameters: [TestPlan.Parameter], plan: String) -> [String: String] {
        var values = Dictionary(parameters.map { ($0.name, $0.defaultValue) }, uniquingKeysWith: { first, _ in first })
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            if values[name] == nil {
                problems.report(
                    "plan \(plan) has no parameter \(quoted(name))",
                    at: nil,
                    advice: values.isEmpty
                        ? "it has none to set" : spellingAdvice(for: name, among: parameters.map(\.name))
                )
            } else if let reason = unusable(value) {
                problems.report("the value set for parameter '\(name)' \(reason)", at: nil)
            } else if let choices = parameters.first(where: { $0.name == name })?.values, !choices.isEmpty,
                !choices.contains(value)
            {
                problems.report(
                    "parameter '\(name)' of plan \(plan) cannot be \(quoted(value))", at: nil,
                    advice: spellingAdvice(for: value, among: choices))
            } else {
                values[name] = value
            }
        }
        return values
    }

    private func unusable(_ value: String) -> String? {
        if value.utf8.count > Self.longestValue { return "is longer than \(Self.longestValue) bytes" }
        if value.unicodeScalars.contains(where: isControl) { return "contains a control character" }
        return nil
    }

    private func isParameterName(_ name: String) -> Bool {
        guard let first = name.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first else { return false }
        return name.utf8.count <= 64 && name.allSatisfy { isLowerCaseOrDigit($0) || $0 == "_" || $0 == "-" }
    }
}

/// ASCII only: names become file names, options and labels.
func isLowerCaseOrDigit(_ character: Character) -> Bool {
    "a"..."z" ~= character || "0"..."9" ~= character
}

/// ASCII only, as ``isLowerCaseOrDigit(_:)``.
func isLetterOrDigit(_ character: Character) -> Bool {
    isLowerCaseOrDigit(character) || "A"..."Z" ~= character
}
