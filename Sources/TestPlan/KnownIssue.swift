/// A failure that is expected: a bug of the kernel that is recorded and not fixed. A case which fails so is `known`.
public struct KnownIssue: Sendable, Hashable {
    /// The values of parameters with which it occurs; all values of those which are not named.
    public var settings: [String: String]
    /// Parts of the titles of findings, at least one. A failure is known if each of its findings has one of them.
    public var findings: [String]
    /// What is wrong, in one sentence.
    public var reason: String
    /// Where it is discussed.
    public var link: String?
    /// Where the plan says so.
    public var location: SourceLocation

    /// Creates an issue.
    public init(
        settings: [String: String] = [:], findings: [String], reason: String, link: String? = nil,
        location: SourceLocation
    ) {
        self.settings = settings
        self.findings = findings
        self.reason = reason
        self.link = link
        self.location = location
    }

    /// Whether it occurs with these values of the plan's parameters.
    public func applies(to values: [String: String]) -> Bool {
        settings.allSatisfy { values[$0.key] == $0.value }
    }

    /// The reason, and the link behind it.
    public var text: String { reason + (link.map { " (\($0))" } ?? "") }
}
