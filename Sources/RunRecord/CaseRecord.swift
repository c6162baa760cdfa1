/// The smallest thing with a verdict of its own: one insertion, one fstests test.
public struct CaseRecord: Sendable, Hashable, Codable {
    /// Unique in its cell: `boot`, `module.insert`, `generic/208`.
    public var name: String
    /// The plan's step that it belongs to, from 1; nil for what belongs to none, such as `boot`.
    public var step: Int?
    /// The guest of the cell in which it ran, from 1; nil if in none.
    public var guest: Int?
    /// Where the cell was run again, the attempt that decided, if not the first; nil otherwise.
    public var attempt: Int?
    /// What is said of it.
    public var verdict: Verdict
    /// Why, in one sentence; nil for a plain pass.
    public var reason: String?
    /// Wall time in seconds.
    public var seconds: Double
    /// What went wrong in it.
    public var findings: [Finding]
    /// Its files, relative to the cell's directory.
    public var files: [String]
    /// The expunge that held for it; nil if none did.
    public var expunge: ExpungeRecord?
    /// The known issues that its failures are, or, in a remark of ours, the one that was not seen; nil if none.
    public var known: [KnownIssueRecord]?
    /// What the step or the suite itself said, without the weight of findings and of what is known; nil in documents
    /// from before it was kept.
    public var outcome: Verdict?

    /// A case and what is said of it.
    public init(
        name: String, step: Int? = nil, guest: Int? = nil, verdict: Verdict, reason: String? = nil, seconds: Double,
        findings: [Finding] = [], files: [String] = [], expunge: ExpungeRecord? = nil,
        outcome: Verdict? = nil
    ) {
        self.name = name
        self.step = step
        self.guest = guest
        self.verdict = verdict
        self.reason = reason
        self.seconds = seconds
        self.findings = findings
        self.files = files
        self.expunge = expunge
        self.outcome = outcome
    }

    /// The verdict with the weight of the findings: a failure turns a pass into
    /// a fail; trouble of our own turns it into an error, unless the kernel
    /// failed as well. A kernel finding stands even when our own side then
    /// broke over it (a crashed guest takes its SSH session along).
    ///
    /// - Parameters:
    ///   - outcome: what the step itself said.
    ///   - findings: what was seen meanwhile.
    public static func verdict(of outcome: Verdict, with findings: [Finding]) -> Verdict {
        if findings.contains(where: { $0.severity == .failure }) { return .fail }
        if findings.contains(where: { $0.severity == .trouble }) { return .error }
        return outcome
    }
}
