import Foundation

/// Whether two things fail at different rates, asked anew after each pair of trials.
///
/// Who looks again and again at data and stops once they look right is fooled far more often than the five times in a
/// hundred that a test for one look promises. This one may be looked at after each pair, and stopped whenever one likes:
/// it keeps the *evidence* (an e-value) against "both fail at the same rate". Each pair multiplies it by a factor whose
/// mean is at most 1 if they do, whatever that rate is, even if it drifts from pair to pair; so the probability that it
/// ever comes to 1/α is at most α (Ville's inequality).
///
/// The factor is that of Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for
/// optional stopping" (Journal of Statistical Planning and Inference 230, 2024; arXiv:2106.02693), for blocks of one
/// trial of each: the probability of the pair's outcome by rates learned from the pairs before, over its probability if
/// both had the mean of these two rates. What is learned begins with their prior, Beta(0.18, 0.18).
public struct SequentialTest: Sendable, Hashable {
    /// One of the two that are compared.
    public enum Side: String, Sendable, Hashable, Codable, CaseIterable {
        /// The first.
        case a
        /// The second.
        case b
    }

    /// How sure a decision is: 0.95 is wrong at most five times in a hundred where there is no difference.
    public let confidence: Double
    /// How many pairs were weighed: none any more after the decision.
    public private(set) var pairs = 0
    /// How many of the first ones of these failed.
    public private(set) var aFailures = 0
    /// How many of the second ones of these failed.
    public private(set) var bFailures = 0
    /// The side that fails more often, once that is decided.
    public private(set) var worse: Side?

    private var logEvidence = 0.0
    private static let prior = 0.18

    /// A test that has seen nothing.
    ///
    /// - Parameter confidence: more than 0 and less than 1.
    public init(confidence: Double) {
        precondition(confidence > 0 && confidence < 1, "a confidence is between 0 and 1")
        self.confidence = confidence
    }

    /// How many times better "they differ" has foretold the pairs than "they do not": 1 before the first.
    public var evidence: Double { exp(logEvidence) }

    /// The evidence at which it is decided: 20 for a confidence of 0.95.
    public var threshold: Double { 1 / (1 - confidence) }

    /// Weighs one trial of each. Nothing changes any more once it is decided.
    public mutating func add(aFailed: Bool, bFailed: Bool) {
        guard worse == nil else { return }
        let a = learned(aFailures)
        let b = learned(bFailures)
        let both = (a + b) / 2
        func log(_ failed: Bool, by rate: Double) -> Double {
            Foundation.log(failed ? rate / both : (1 - rate) / (1 - both))
        }
        logEvidence += log(aFailed, by: a) + log(bFailed, by: b)
        pairs += 1
        aFailures += aFailed ? 1 : 0
        bFailures += bFailed ? 1 : 0
        // A sum of logarithms may be short by its last bit.
        if logEvidence + 1e-9 >= Foundation.log(threshold) { worse = aFailures > bFailures ? .a : .b }
    }

    private func learned(_ failures: Int) -> Double {
        (Double(failures) + Self.prior) / (Double(pairs) + 2 * Self.prior)
    }
}
