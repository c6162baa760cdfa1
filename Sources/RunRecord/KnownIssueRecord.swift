/// A known issue that a case's failure is, or that was looked for and not seen.
public struct KnownIssueRecord: Sendable, Hashable, Codable {
    /// What is wrong, in one sentence.
    public var reason: String
    /// Where it is discussed.
    public var link: String?
    /// Where it is said: `FILE:LINE:COLUMN`.
    public var location: String
    /// False in a remark of ours: it applies, its cases passed, and it was not seen.
    public var isPresent: Bool

    /// An issue as a plan or a file of known issues has it.
    public init(reason: String, link: String?, location: String, isPresent: Bool) {
        self.reason = reason
        self.link = link
        self.location = location
        self.isPresent = isPresent
    }

    /// The reason, and the link behind it.
    public var text: String { reason + (link.map { " (\($0))" } ?? "") }
}
