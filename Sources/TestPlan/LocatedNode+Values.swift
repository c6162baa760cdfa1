// What a value means, asked by whoever knows what it should be. Each accessor reports what is wrong and returns nil.
extension LocatedNode {
    /// Text, of one line or several.
    public func string(_ label: String, _ problems: DiagnosticList) -> String? {
        guard case .scalar(let text, _) = content, !isNull else {
            problems.report("\(label) must be text, not \(summary)", at: location)
            return nil
        }
        return text
    }

    /// A whole number within `range`, in decimal digits.
    public func integer(_ label: String, in range: ClosedRange<Int>, _ problems: DiagnosticList) -> Int? {
        let wanted = "\(label) must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard case .scalar(let text, _) = content, let number = Int(text), !text.hasPrefix("+"),
            range.contains(number)
        else {
            problems.report("\(wanted), not \(summary)", at: location)
            return nil
        }
        return number
    }

    /// `true` or `false`, and none of YAML 1.1's other words for them.
    public func boolean(_ label: String, _ problems: DiagnosticList) -> Bool? {
        guard case .scalar(let text, _) = content, let value = Bool(text) else {
            var advice: String?
            if case .scalar(let text, _) = content {
                switch text.lowercased() {
                case "yes", "y", "on", "1", "true": advice = "did you mean true?"
                case "no", "n", "off", "0", "false": advice = "did you mean false?"
                default: break
                }
            }
            problems.report("\(label) must be true or false, not \(summary)", at: location, advice: advice)
            return nil
        }
        return value
    }

    /// A size such as `10MiB` within `range`.
    public func byteCount(
        _ label: String,
        in range: ClosedRange<ByteCount>,
        _ problems: DiagnosticList
    ) -> ByteCount? {
        measure(label, "a size such as 10MiB", in: range, problems, spelled: \.description) {
            text throws(Diagnostic) in try ByteCount(parsing: text)
        }
    }

    /// A duration such as `30s` within `range`.
    public func duration(
        _ label: String,
        in range: ClosedRange<Duration>,
        _ problems: DiagnosticList
    ) -> Duration? {
        measure(label, "a duration such as 30s", in: range, problems, spelled: \.spelled) {
            text throws(Diagnostic) in try Duration(parsing: text)
        }
    }

    private func measure<Value: Comparable>(
        _ label: String,
        _ kind: String,
        in range: ClosedRange<Value>,
        _ problems: DiagnosticList,
        spelled: (Value) -> String,
        parse: (String) throws(Diagnostic) -> Value
    ) -> Value? {
        guard case .scalar(let text, _) = content, !isNull else {
            problems.report("\(label) must be \(kind), not \(summary)", at: location)
            return nil
        }
        do {
            let value = try parse(text)
            guard range.contains(value) else {
                problems.report(
                    "\(label) must be from \(spelled(range.lowerBound)) to \(spelled(range.upperBound)), "
                        + "not \(quoted(text))",
                    at: location
                )
                return nil
            }
            return value
        } catch {
            problems.report("\(label): \(error.message)", at: location, advice: error.advice)
            return nil
        }
    }

    /// One of the raw values of an enumeration.
    public func choice<Choice>(_ label: String, of type: Choice.Type, _ problems: DiagnosticList) -> Choice?
    where Choice: CaseIterable & RawRepresentable<String> {
        let words = Choice.allCases.map(\.rawValue)
        guard case .scalar(let text, _) = content, let choice = Choice(rawValue: text) else {
            var advice: String?
            if case .scalar(let text, _) = content {
                advice = nearestSpelling(of: text, among: words).map { "did you mean '\($0)'?" }
            }
            problems.report("\(label) must be \(alternatives(words)), not \(summary)", at: location, advice: advice)
            return nil
        }
        return choice
    }

    /// The items of a list.
    public func items(_ label: String, _ problems: DiagnosticList) -> [LocatedNode]? {
        guard case .sequence(let items) = content else {
            problems.report(
                "\(label) must be a list, not \(summary)", at: location, advice: "write '[a, b]' or '- a' lines")
            return nil
        }
        return items
    }

    /// A list of texts; nil if any item is not text.
    public func strings(_ label: String, _ problems: DiagnosticList) -> [String]? {
        guard let items = items(label, problems) else { return nil }
        let texts = items.map { $0.string("an item of \(label)", problems) }
        return texts.contains(nil) ? nil : texts.compactMap(\.self)
    }
}
