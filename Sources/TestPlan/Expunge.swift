/// A case that is not run, and why.
public struct Expunge: Sendable, Hashable {
    /// The case's name as the suite has it: `generic/208`. A trailing `*` stands for any rest.
    public var test: String
    /// Why; nil in a classic expunge file without a comment.
    public var reason: String?
    /// The oldest kernel for which it holds: `5.10` is that series, `5.10.100` that release of it; nil for all.
    public var since: String?
    /// The newest kernel for which it holds, itself included: `6.1` is all of that series, `6.1.89` its releases up to
    /// that one; nil for all.
    public var until: String?
    /// The file systems for which it holds; empty for all.
    public var filesystems: [String]
    /// Where the trouble is discussed.
    public var link: String?
    /// The day, `YYYY-MM-DD`, from which it no longer holds; nil for never. The text of two such days compares as they do.
    public var expires: String?
    /// Where it is said.
    public var location: SourceLocation

    /// Creates an expunge.
    public init(
        test: String, reason: String? = nil, since: String? = nil, until: String? = nil, filesystems: [String] = [],
        link: String? = nil, expires: String? = nil, location: SourceLocation
    ) {
        self.test = test
        self.reason = reason
        self.since = since
        self.until = until
        self.filesystems = filesystems
        self.link = link
        self.expires = expires
        self.location = location
    }
}
