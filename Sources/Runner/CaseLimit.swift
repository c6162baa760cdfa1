import TestPlan

/// How long a case may take before it counts as hung, in seconds: by
/// experience where there is some.
struct CaseLimit: Sendable, Hashable {
    /// From here on it must show that it still does something.
    let soft: Double
    /// Here it ends in any case.
    let hard: Double

    /// What the kernel has complained of and then been silent about for so
    /// long does not go on.
    static let silence = 60.0
    /// How recently something must have been done at the soft limit.
    static let pulse = 30.0

    /// - Parameters:
    ///   - limits: what the plan says.
    ///   - median: how long the case took in the past, in seconds; nil if it was never seen to end.
    init(_ limits: SuiteOptions.Limits, median: Double?) {
        soft =
            median.map { max($0 * Double(limits.factor), limits.floor / .seconds(1)) } ?? limits.first / .seconds(1)
        hard = 3 * soft
    }

    /// What is to be said of a case that has not ended.
    ///
    /// - Parameters:
    ///   - elapsed: seconds since it began.
    ///   - waited: seconds of these in which the guest's CPUs waited for one of the host's.
    ///   - idle: seconds since the guest last did something that can be seen from outside.
    ///   - hasComplained: the kernel reported something in this case.
    /// - Returns: why it is hung; nil while it is not.
    func verdict(elapsed: Double, waited: Double, idle: Double, hasComplained: Bool) -> String? {
        // Time that the host did not give is not the guest's.
        let own = elapsed - waited
        if own > hard { return "did not end within \(Int(hard)) s" }
        if own > soft, idle > Self.pulse {
            return "did not end within \(Int(soft)) s, and did nothing for the last \(Int(idle)) s"
        }
        if hasComplained, idle > Self.silence, own > Self.silence {
            return "has done nothing for \(Int(idle)) s since the kernel complained"
        }
        return nil
    }
}
