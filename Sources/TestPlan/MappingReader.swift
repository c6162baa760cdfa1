/// The keys of one mapping, with everything wrong about them reported once.
///
///     guard let guest = MappingReader(node, of: "guest", keys: ["memory", "cpus"], problems) else { return nil }
///     let cpus = guest.integer("cpus", in: 1...256) ?? 2
///
/// An accessor returns nil both for a key that is absent and for a value that is wrong; the latter is reported, so that
/// a reader goes on with a default and finds the other problems too. Whoever began the file calls
/// ``DiagnosticList/throwIfAny()`` in the end.
public struct MappingReader {
    /// What the mapping describes, for messages: `guest`, `step module.insert`.
    public let subject: String
    /// Where the mapping begins.
    public let location: SourceLocation
    /// Where problems go.
    public let problems: DiagnosticList
    private let entries: [String: LocatedNode.Entry]

    /// Takes the mapping apart and reports keys which are not among `keys`, with the nearest spelling.
    ///
    /// Returns nil, and reports, if the node is no mapping.
    public init?(_ node: LocatedNode, of subject: String, keys: [String], _ problems: DiagnosticList) {
        guard case .mapping(let entries) = node.content else {
            problems.report(
                "\(subject) must be a mapping, not \(node.summary)",
                at: node.location,
                advice: keys.isEmpty ? nil : "write 'key: value' with \(alternatives(keys))"
            )
            return nil
        }
        for entry in entries where !keys.contains(entry.key) {
            let taken = entries.map(\.key)
            // A key which is there already is no good suggestion.
            let advice =
                nearestSpelling(of: entry.key, among: keys.filter { !taken.contains($0) })
                .map { "did you mean '\($0)'?" }
                ?? (keys.isEmpty ? "leave it out" : "use \(alternatives(keys))")
            problems.report("unknown key \(quoted(entry.key)) in \(subject)", at: entry.location, advice: advice)
        }
        self.subject = subject
        self.location = node.location
        self.problems = problems
        self.entries = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The value of a key, or nil if it is absent or null.
    public func node(_ key: String) -> LocatedNode? {
        guard let value = entries[key]?.value, !value.isNull else { return nil }
        return value
    }

    /// The value of a key which must be there; its absence is reported at the mapping.
    public func required(_ key: String) -> LocatedNode? {
        if let entry = entries[key] {
            guard entry.value.isNull else { return entry.value }
            problems.report("\(label(key)) has no value", at: entry.location, advice: "write '\(key): …'")
        } else {
            problems.report("\(subject) has no '\(key)'", at: location, advice: "add '\(key): …'")
        }
        return nil
    }

    /// Where a key stands, or the mapping if it does not.
    public func place(of key: String) -> SourceLocation { entries[key]?.location ?? location }

    /// The key in words: `'cpus' in guest`.
    public func label(_ key: String) -> String { "'\(key)' in \(subject)" }

    /// Text.
    public func string(_ key: String) -> String? {
        node(key)?.string(label(key), problems)
    }

    /// A whole number within `range`.
    public func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        node(key)?.integer(label(key), in: range, problems)
    }

    /// `true` or `false`.
    public func boolean(_ key: String) -> Bool? {
        node(key)?.boolean(label(key), problems)
    }

    /// A size within `range`.
    public func byteCount(_ key: String, in range: ClosedRange<ByteCount>) -> ByteCount? {
        node(key)?.byteCount(label(key), in: range, problems)
    }

    /// A duration within `range`.
    public func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        node(key)?.duration(label(key), in: range, problems)
    }

    /// One of the values of an enumeration.
    public func choice<Choice>(_ key: String, of type: Choice.Type) -> Choice?
    where Choice: CaseIterable & RawRepresentable<String> {
        node(key)?.choice(label(key), of: type, problems)
    }

    /// A list of texts; nil if the key is absent or wrong.
    public func strings(_ key: String) -> [String]? {
        node(key)?.strings(label(key), problems)
    }
}
