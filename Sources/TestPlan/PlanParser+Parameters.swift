extension PlanParser {
    /// The longest value of a parameter, in bytes.
    private static let longestValue = 4096

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
        let value: LocatedNode
        if case .mapping = entry.value.content {
            guard let reader = MappingReader(entry.value, of: subject, keys: ["default", "summary"], problems),
                let node = reader.required("default")
            else { return nil }
            value = node
            summary = reader.node("summary").flatMap { line($0, reader.label("summary"), longest: 200) }
        } else {
            value = entry.value
        }
        guard let text = value.string("the default of \(subject)", problems) else { return nil }
        if let reason = unusable(text) {
            problems.report("the default of \(subject) \(reason)", at: value.location)
            return nil
        }
        return TestPlan.Parameter(name: entry.key, defaultValue: text, summary: summary, location: entry.location)
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
