/// Which kernels something is said of.
///
/// | text | kernels |
/// |---|---|
/// | `>=6.1 <6.5` | from the first of 6.1 to the last of 6.4: all bounds hold; also `>` and `<=` |
/// | `6.1`, `6.1.90` | all of that series, just that release |
/// | `debian:6.1` and the other names of ``KernelName`` | the one that was asked for so |
///
/// A series counts as a whole: `<=6.1` has every 6.1, `>6.1` none of them.
public struct KernelRange: Sendable, Hashable, CustomStringConvertible {
    private enum Relation: String, CaseIterable {
        case from = ">="
        case upTo = "<="
        case after = ">"
        case before = "<"
        case just = "="
    }
    private struct Bound: Hashable {
        var relation: Relation
        var version: KernelVersion

        func holds(for other: KernelVersion) -> Bool {
            switch relation {
            case .from: other.isFrom(version)
            case .upTo: other.isUpTo(version)
            case .after: !other.isUpTo(version)
            case .before: !other.isFrom(version)
            case .just: other.isFrom(version) && other.isUpTo(version)
            }
        }
    }
    private enum Content: Hashable {
        case bounds([Bound])
        case name(KernelName)
    }
    private let content: Content

    private static let example = "write a range as '>=6.1 <6.5', a series as 6.1, or a kernel's name as debian:6.1"

    /// Parses the text form.
    ///
    /// - Throws: a ``Diagnostic`` without a location, with advice.
    public init(parsing text: String) throws(Diagnostic) {
        if text.contains(":") || text == "host" {
            content = .name(try KernelName(parsing: text))
            return
        }
        var bounds: [Bound] = []
        var rest = text.drop { $0 == " " }
        while !rest.isEmpty {
            let sign = String(rest.prefix { "<>=".contains($0) })
            rest = rest.dropFirst(sign.count).drop { $0 == " " }
            let number = String(rest.prefix { $0 != " " && !"<>=".contains($0) })
            rest = rest.dropFirst(number.count).drop { $0 == " " }
            guard let relation = sign.isEmpty ? .just : Relation(rawValue: sign) else {
                let turned = String(sign.reversed())
                throw Diagnostic(
                    message: "\(quoted(sign)) is no relation",
                    advice: Relation(rawValue: turned) == nil ? Self.example : "did you mean '\(turned)'?")
            }
            guard let version = KernelVersion(bound: number) else {
                let plain = number.hasPrefix("v") ? String(number.dropFirst()) : ""
                throw Diagnostic(
                    message: "\(quoted(text)) is no range of kernels",
                    advice: KernelVersion(bound: plain) == nil ? Self.example : "did you mean '\(sign)\(plain)'?")
            }
            bounds.append(Bound(relation: relation, version: version))
        }
        guard !bounds.isEmpty, bounds.count <= 8 else {
            throw Diagnostic(message: "\(quoted(text)) is no range of kernels", advice: Self.example)
        }
        let isEmpty = bounds.contains { one in bounds.contains { Self.exclude(one, $0) } }
        guard !isEmpty else {
            throw Diagnostic(
                message: "no kernel is in \(quoted(text))",
                advice: bounds.allSatisfy { $0.relation == .just }
                    ? "make several ranges of it, in a list" : "are the bounds the wrong way round?")
        }
        content = .bounds(bounds)
    }

    /// True if nothing can be in both.
    private static func exclude(_ low: Bound, _ high: Bound) -> Bool {
        switch (low.relation, high.relation) {
        case (.from, .before), (.after, .before): low.version.isFrom(high.version)
        case (.from, .upTo), (.after, .upTo):
            !low.version.isUpTo(high.version) || (low.relation == .after && low.version == high.version)
        case (.just, .just): low.version != high.version
        case (.just, .before), (.just, .upTo), (.just, .from), (.just, .after): !high.holds(for: low.version)
        default: false
        }
    }

    /// Whether a kernel is in it.
    ///
    /// - Parameters:
    ///   - kernel: as it was asked for.
    ///   - release: as it ran; nil if unknown.
    ///   - version: of its source; nil if unknown, and then no range of versions has it.
    public func contains(_ kernel: String, release: String?, version: KernelVersion?) -> Bool {
        switch content {
        case .name(.debianExact(let exact)): kernel == description || release == exact
        case .name: kernel == description
        case .bounds(let bounds): version.map { version in bounds.allSatisfy { $0.holds(for: version) } } ?? false
        }
    }

    /// The text form.
    public var description: String {
        switch content {
        case .name(let name): "\(name)"
        case .bounds(let bounds):
            bounds.map { ($0.relation == .just ? "" : $0.relation.rawValue) + "\($0.version)" }.joined(separator: " ")
        }
    }
}
