import Foundation

/// The search for the place at which a row of kernels changes from passing to failing.
///
/// The row begins with one that passes (good) and ends with one that fails (bad), whichever of them is the newer. A
/// kernel is bad as soon as it fails once, and good once it has passed as often as was asked for. One that says nothing
/// is tried a second time, and then left out, as `git bisect skip` does.
public struct Bisection: Sendable, Hashable {
    /// What is known of a kernel.
    public enum Standing: Sendable, Hashable {
        /// It has not been run, or not often enough.
        case open
        /// It has passed often enough.
        case good
        /// It has failed.
        case bad
        /// It cannot be judged, for this reason.
        case skipped(String)
    }

    /// What came of it.
    public enum Answer: Sendable, Hashable {
        /// The good end fails.
        case goodFails
        /// The bad end passes.
        case badPasses
        /// An end cannot be judged, for this reason.
        case endSkipped(Int, String)
        /// The last that is good and the first that is bad; what lies between them could not be judged.
        case found(good: Int, bad: Int)
    }

    /// A kernel that gave no verdict so often is left out.
    public static let mostUnjudged = 2

    /// How often a kernel must pass to be good.
    public let passes: Int
    private var outcomes: [[FailureCriterion.Outcome]]
    private var unavailable: [Int: String] = [:]

    /// A row of which nothing is known.
    ///
    /// - Parameters:
    ///   - count: how many kernels, both ends among them; 2 or more.
    ///   - passes: how often one must pass to be good; 1 or more.
    public init(count: Int, passes: Int) {
        precondition(count >= 2 && passes >= 1, "a row has two ends, and no kernel is good unseen")
        self.passes = passes
        outcomes = Array(repeating: [], count: count)
    }

    /// So many passes let a bug that fails at `rate` slip through with a probability of at most `risk`: 0.3 and 0.05
    /// are 9.
    ///
    /// - Parameters:
    ///   - rate: more than 0, at most 1.
    ///   - risk: more than 0, less than 1.
    public static func passes(forRate rate: Double, risk: Double = 0.05) -> Int {
        // What is a whole number but for the last bit is not one more.
        rate >= 1 ? 1 : max(1, Int((log(risk) / log(1 - rate) - 1e-9).rounded(.up)))
    }

    /// Notes what came of running a kernel once.
    public mutating func note(_ outcome: FailureCriterion.Outcome, of index: Int) { outcomes[index].append(outcome) }

    /// Notes that a kernel cannot be run at all.
    public mutating func skip(_ index: Int, because reason: String) { unavailable[index] = reason }

    /// What is known of a kernel.
    public func standing(of index: Int) -> Standing {
        if outcomes[index].contains(.failed) { return .bad }
        if let reason = unavailable[index] { return .skipped(reason) }
        if outcomes[index].count(where: { $0 == .passed }) >= passes { return .good }
        let reasons = outcomes[index].compactMap { outcome -> String? in
            if case .unjudged(let reason) = outcome { reason } else { nil }
        }
        return reasons.count >= Self.mostUnjudged ? .skipped(reasons.last!) : .open
    }

    /// How often a kernel has still to pass.
    public func passesLeft(of index: Int) -> Int {
        max(0, passes - outcomes[index].count { $0 == .passed })
    }

    /// How often a kernel failed of the times that it was judged; nil if it never was.
    public func failures(of index: Int) -> Proportion? {
        let judged = outcomes[index].count { $0 == .passed || $0 == .failed }
        return judged == 0 ? nil : Proportion(outcomes[index].count { $0 == .failed }, of: judged)
    }

    /// The next kernel to run; nil once there is an answer.
    public var next: Int? {
        let last = outcomes.count - 1
        guard answer == nil else { return nil }
        for end in [0, last] where standing(of: end) == .open { return end }
        let (good, bad) = bounds
        // Nearest to the middle, if that cannot be judged.
        return (good + 1..<bad).filter { standing(of: $0) == .open }
            .min { abs(2 * $0 - good - bad) < abs(2 * $1 - good - bad) }
    }

    /// What came of it; nil as long as a kernel has to be run.
    public var answer: Answer? {
        let last = outcomes.count - 1
        for end in [0, last] {
            if case .skipped(let reason) = standing(of: end) { return .endSkipped(end, reason) }
        }
        if standing(of: 0) == .bad { return .goodFails }
        if standing(of: last) == .good { return .badPasses }
        guard standing(of: 0) == .good, standing(of: last) == .bad else { return nil }
        let (good, bad) = bounds
        guard !(good + 1..<bad).contains(where: { standing(of: $0) == .open }) else { return nil }
        return .found(good: good, bad: bad)
    }

    /// The kernels between which the change still may be.
    public var openKernels: Int {
        let (good, bad) = bounds
        return (good + 1..<bad).count { standing(of: $0) == .open }
    }

    /// About how many kernels still have to be run, both ends among them.
    public var kernelsLeft: Int {
        let ends = [0, outcomes.count - 1].count { standing(of: $0) == .open }
        return ends + Int(log2(Double(openKernels + 1)).rounded(.up))
    }

    /// The last good and the first bad, as far as it is known; the ends count as what they are said to be.
    public var bounds: (good: Int, bad: Int) {
        let bad = outcomes.indices.dropFirst().first { standing(of: $0) == .bad } ?? outcomes.count - 1
        let good = outcomes.indices.prefix(bad).last { standing(of: $0) == .good } ?? 0
        return (good, bad)
    }
}
