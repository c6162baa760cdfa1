/// What is said of a case, a cell or a run in the end.
public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
    /// It did what it should.
    case pass
    /// The kernel under test did wrong: a hang and a crash are `fail` with a finding.
    case fail
    /// It failed just as a recorded known issue says (`known` in a plan).
    case known
    /// It failed and passed on the same input.
    case flaky
    /// It did not run, for a reason that stands beside it.
    case skip
    /// Our side, the host or the set-up: never the kernel's fault.
    case error

    /// The verdict over several: evidence against the kernel outweighs trouble
    /// of our own, trouble outweighs what is known, and one pass outweighs skips.
    ///
    /// - Parameter verdicts: none at all is an `error`: nothing ran, nothing is proved.
    public static func over(_ verdicts: some Sequence<Verdict>) -> Verdict {
        let all = Set(verdicts)
        let order: [Verdict] = [.fail, .error, .flaky, .known, .pass, .skip]
        return order.first(where: all.contains) ?? .error
    }

    /// The exit status of the command line for a run with this verdict.
    public var exitStatus: Int32 {
        switch self {
        case .pass, .known, .skip: 0
        case .fail, .flaky: 1
        case .error: 3
        }
    }
}
