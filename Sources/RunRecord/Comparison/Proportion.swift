import Foundation

/// How often something happened of so many times, and what that says of how often it would happen.
///
/// The interval is Clopper and Pearson's, which is never narrower than it claims to be ("The use of confidence or
/// fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934).
public struct Proportion: Sendable, Hashable, Codable {
    /// How often it happened.
    public let count: Int
    /// Of how many times.
    public let total: Int

    /// - Parameters:
    ///   - count: how often it happened; from 0 to `total`.
    ///   - total: of how many times; 1 or more.
    public init(_ count: Int, of total: Int) {
        precondition(total > 0 && (0...total).contains(count), "a proportion is some of at least one")
        self.count = count
        self.total = total
    }

    /// From 0 to 1.
    public var fraction: Double { Double(count) / Double(total) }

    /// Where the true rate is, with a probability of at least `confidence` that this is so.
    ///
    /// What never happened, or always did, can only be said from one side: all of the doubt is on that side then, so
    /// that 0 of 30 is at most 9.5 % at 95 % (1 − 0.05^(1/30)). Otherwise half of it is on either side.
    ///
    /// - Parameter confidence: more than 0 and less than 1.
    public func interval(confidence: Double = 0.95) -> ClosedRange<Double> {
        let doubt = 1 - confidence
        if count == 0 { return 0...(1 - pow(doubt, 1 / Double(total))) }
        if count == total { return pow(doubt, 1 / Double(total))...1 }
        // Below the lower end so many or more are rarer than the doubt allows; above the upper end so many or fewer.
        let lower = Self.root { Self.atLeast(count, of: total, rate: $0) < doubt / 2 }
        let upper = Self.root { 1 - Self.atLeast(count + 1, of: total, rate: $0) >= doubt / 2 }
        return lower...max(lower, upper)
    }

    /// The rate up to which something holds.
    private static func root(_ holds: (Double) -> Bool) -> Double {
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if holds(middle) { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The probability of `count` or more of `total`, each with probability `rate`.
    private static func atLeast(_ count: Int, of total: Int, rate: Double) -> Double {
        if rate <= 0 { return count == 0 ? 1 : 0 }
        if rate >= 1 { return 1 }
        // The terms one after the other, each of the one before, beginning with the logarithm of the first: no factorial
        // overflows, and what is too small to matter is 0.
        var term =
            lgamma(Double(total) + 1) - lgamma(Double(count) + 1) - lgamma(Double(total - count) + 1)
            + Double(count) * log(rate) + Double(total - count) * log(1 - rate)
        var sum = exp(term)
        for number in stride(from: count, to: total, by: 1) {
            term += log(Double(total - number) / Double(number + 1)) + log(rate / (1 - rate))
            sum += exp(term)
        }
        return min(1, sum)
    }

    /// In words: `3 of 30 (10 %, 2.1 to 26.5 % at 95 %)`, `0 of 30 (at most 9.5 % at 95 %)`.
    public var text: String {
        let interval = interval()
        func percent(_ value: Double) -> String {
            let tenths = Int((value * 1000).rounded())
            return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
        }
        let head = "\(count) of \(total)"
        if count == 0 { return "\(head) (at most \(percent(interval.upperBound)) % at 95 %)" }
        if count == total { return "\(head) (at least \(percent(interval.lowerBound)) % at 95 %)" }
        return
            "\(head) (\(percent(fraction)) %, \(percent(interval.lowerBound)) to \(percent(interval.upperBound)) % at 95 %)"
    }
}
