/// A failure that is expected: a bug of the kernel that is recorded and not fixed. A case which fails so is `known`.
///
/// Plans say theirs under `known`; files of known issues are over all plans.
public struct KnownIssue: Sendable, Hashable {
    /// The plans in which it occurs; empty: any. That of a plan has the plan.
    public var plans: [String]
    /// The cases in which it occurs, a trailing `*` standing for any rest; empty: any.
    public var cases: [String]
    /// The kernels on which it occurs, any of these; empty: all.
    public var kernels: [KernelRange]
    /// The values of parameters with which it occurs; all values of those which are not named.
    public var settings: [String: String]
    /// Parts of the titles of findings, at least one. A failure is known if each of its findings has one of them.
    public var findings: [String]
    /// What is wrong, in one sentence.
    public var reason: String
    /// Where it is discussed.
    public var link: String?
    /// The day, `YYYY-MM-DD`, from which it excuses nothing any more; nil for never.
    public var expires: String?
    /// Where it is said.
    public var location: SourceLocation

    /// Creates an issue.
    public init(
        plans: [String] = [], cases: [String] = [], kernels: [KernelRange] = [], settings: [String: String] = [:],
        findings: [String], reason: String, link: String? = nil, expires: String? = nil, location: SourceLocation
    ) {
        self.plans = plans
        self.cases = cases
        self.kernels = kernels
        self.settings = settings
        self.findings = findings
        self.reason = reason
        self.link = link
        self.expires = expires
        self.location = location
    }

    /// Whether it occurs with these values of the plan's parameters.
    public func applies(to values: [String: String]) -> Bool {
        settings.allSatisfy { values[$0.key] == $0.value }
    }

    /// Whether it occurs on a kernel.
    ///
    /// - Parameters:
    ///   - kernel: as it was asked for.
    ///   - release: as it ran; nil if unknown.
    ///   - version: of its source; nil if unknown, and then no range of versions holds.
    public func applies(toKernel kernel: String, release: String?, version: KernelVersion?) -> Bool {
        kernels.isEmpty || kernels.contains { $0.contains(kernel, release: release, version: version) }
    }

    /// Whether it occurs in a plan.
    public func applies(toPlan plan: String) -> Bool { plans.isEmpty || plans.contains(plan) }

    /// Whether it names a case, be it with its section (`ext4-1k/generic/208`) and with the number that tells two of
    /// one name apart (`generic/208 #2`).
    public func names(_ name: String) -> Bool {
        let name = name.replacing(/\ #[0-9]+$/, with: "")
        return cases.isEmpty
            || cases.contains { wanted in
                guard wanted.hasSuffix("*") else { return name == wanted || name.hasSuffix("/" + wanted) }
                let beginning = wanted.dropLast()
                return name.hasPrefix(beginning) || name.contains("/" + beginning)
            }
    }

    /// Whether its day has come.
    ///
    /// - Parameter today: `YYYY-MM-DD`.
    public func hasExpired(on today: String) -> Bool { expires.map { $0 <= today } ?? false }

    /// The reason, and the link behind it.
    public var text: String { reason + (link.map { " (\($0))" } ?? "") }
}
