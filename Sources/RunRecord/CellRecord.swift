public import Foundation

/// One plan on one kernel with one set of parameters, and what came of it.
public struct CellRecord: Sendable, Hashable, Codable {
    /// Unique in its run, and the name of its directory: `virtiofs-kvec@debian-6.1`.
    public var id: String
    /// The plan's name.
    public var plan: String
    /// The kernel as asked for: `debian:6.1`.
    public var kernel: String
    /// Parameters of the plan, as they were used.
    public var parameters: [String: String]
    /// What is said of it: over its cases.
    public var verdict: Verdict
    /// Why, in one sentence; nil for a plain pass.
    public var reason: String?
    /// When it began.
    public var started: Date
    /// Wall time in seconds.
    public var seconds: Double
    /// Seconds from the start of QEMU to the end of the first SSH command; nil if it never came to that.
    public var bootSeconds: Double?
    /// Its guests, in the order in which they were started; nil in documents from before there were several.
    public var guests: [GuestRecord]?
    /// True once all of it has run; nil while it runs, and for ever if it was interrupted.
    public var isComplete: Bool?
    /// Its cases, in the order in which they ran.
    public var cases: [CaseRecord]
    /// What really ran; nil if no guest was started.
    public var environment: EnvironmentRecord?
    /// Its directory, relative to the run's.
    public var directory: String

    /// A cell that has just begun: no cases, verdict `error` until they are in.
    public init(
        id: String, plan: String, kernel: String, parameters: [String: String], started: Date, directory: String
    ) {
        self.id = id
        self.plan = plan
        self.kernel = kernel
        self.parameters = parameters
        self.verdict = .error
        self.started = started
        self.seconds = 0
        self.cases = []
        self.directory = directory
    }

    /// The findings of all its cases.
    public var findings: [Finding] { cases.flatMap(\.findings) }

    /// Sets the verdict over the cases, with the reason of the first that decided it.
    public mutating func conclude() {
        verdict = .over(cases.map(\.verdict))
        reason = cases.first { $0.verdict == verdict && $0.reason != nil }?.reason
    }
}
