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
    /// In such a remark, the cases that it names, which passed; empty if it is about all of the cell. Nil elsewhere, and
    /// in documents from before it was kept.
    public var cases: [String]?

    /// An issue as a plan or a file of known issues has it.
    public init(reason: String, link: String?, location: String, isPresent: Bool, cases: [String]? = nil) {
        self.reason = reason
        self.link = link
        self.location = location
        self.isPresent = isPresent
        self.cases = cases
    }

    /// The reason, and the link behind it.
    public var text: String { reason + (link.map { " (\($0))" } ?? "") }
}
