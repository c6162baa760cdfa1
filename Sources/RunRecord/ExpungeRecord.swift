/// The expunge that held for a case: the plan says not to run it, and why.
///
/// The case itself was skipped, or it ran anyway (`--with-expunged`).
public struct ExpungeRecord: Sendable, Hashable, Codable {
    /// The cases it names, as it names them: `generic/208`, `generic/*`.
    public var test: String
    /// On which kernels and file systems it holds, in words; empty: everywhere.
    public var scope: String
    /// Why; nil where nobody said.
    public var reason: String?
    /// Where it is said: `FILE:LINE:COLUMN`.
    public var location: String

    /// An expunge as a file has it.
    public init(test: String, scope: String, reason: String?, location: String) {
        self.test = test
        self.scope = scope
        self.reason = reason
        self.location = location
    }
}
