/// Puts the values of parameters in place of `${NAME}`, before anything is typed.
///
/// `$${` stands for a literal `${`, so that a guest's shell can have its own variables. Whatever else follows `${` is
/// refused rather than left alone: a misspelled parameter must not reach the guest as text.
struct ParameterSubstitution {
    /// The value of each parameter.
    let values: [String: String]
    /// How many bytes of values may be put into one document: without a bound a small file could mean gigabytes.
    static let budget = 1 << 20

    private let problems: DiagnosticList
    private var remaining = Self.budget

    init(values: [String: String], _ problems: DiagnosticList) {
        self.values = values
        self.problems = problems
    }

    /// The node with all its scalars substituted; keys stay as they are.
    mutating func apply(to node: LocatedNode) -> LocatedNode {
        var result = node
        switch node.content {
        case .scalar(let text, _):
            guard text.contains("${") else { return node }
            // What was substituted is text, even if it is empty or reads "null".
            result.content = .scalar(substitute(in: text, at: node.location), isPlain: false)
        case .sequence(let items):
            var substituted: [LocatedNode] = []
            for item in items { substituted.append(apply(to: item)) }
            result.content = .sequence(substituted)
        case .mapping(let entries):
            var substituted = entries
            for index in entries.indices { substituted[index].value = apply(to: entries[index].value) }
            result.content = .mapping(substituted)
        }
        return result
    }

    private mutating func substitute(in text: String, at location: SourceLocation) -> String {
        var result = ""
        var rest = text[...]
        while let marker = rest.firstRange(of: "${") {
            let before = rest[..<marker.lowerBound]
            rest = rest[marker.upperBound...]
            if before.hasSuffix("$") {
                result += before.dropLast() + "${"
                continue
            }
            result += before
            guard let end = rest.firstIndex(of: "}") else {
                problems.report(
                    "'${' without '}'", at: location, advice: "write ${NAME}, or $${ for a literal ${")
                return result
            }
            let name = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            guard let value = values[name] else {
                let nearest = nearestSpelling(of: name, among: values.keys.sorted())
                problems.report(
                    "unknown parameter \(quoted("${\(name)}"))",
                    at: location,
                    advice: nearest.map { "did you mean ${\($0)}?" }
                        ?? "declare it under 'parameters', or write $${ for a literal ${ in a shell command"
                )
                continue
            }
            remaining -= value.utf8.count
            guard remaining >= 0 else {
                problems.report(
                    "parameters add more than \(ByteCount(bytes: Self.budget)) of text", at: location,
                    advice: "use them in fewer places")
                return result
            }
            result += value
        }
        return result + rest
    }
}
