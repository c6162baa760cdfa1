import RunRecord
import Testing

/// The test may be looked at after each pair and stopped: what it promises is shown by playing it through.
@Suite struct SequentialTestTests {
    /// Numbers as they would come by chance, and always the same: splitmix64.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
        mutating func happens(_ rate: Double) -> Bool { Double.random(in: 0..<1, using: &self) < rate }
    }

    /// Plays one comparison, stopped as soon as it is decided.
    private func play(_ a: (Int) -> Double, _ b: (Int) -> Double, pairs: Int, _ dice: inout Dice) -> SequentialTest {
        var test = SequentialTest(confidence: 0.95)
        for pair in 0..<pairs where test.worse == nil {
            test.add(aFailed: dice.happens(a(pair)), bFailed: dice.happens(b(pair)))
        }
        return test
    }

    @Test(
        "no difference is decided at most 5 times in 100, however often one looks",
        arguments: [
            0.02, 0.1, 0.3, 0.5, 0.8, 0.95,
        ])
    func nothing(rate: Double) {
        var dice = Dice(state: 7)
        let games = 4000
        let wrong = (0..<games).count { _ in play({ _ in rate }, { _ in rate }, pairs: 200, &dice).worse != nil }
        // Three standard deviations above 5 %.
        #expect(Double(wrong) / Double(games) <= 0.05 + 3 * (0.05 * 0.95 / Double(games)).squareRoot(), "\(wrong)")
    }

    @Test("a host that changes the rate of both meanwhile is no difference")
    func drift() {
        var dice = Dice(state: 8)
        let games = 4000
        let wrong = (0..<games).count { _ in
            play({ $0 < 50 ? 0.05 : 0.7 }, { $0 < 50 ? 0.05 : 0.7 }, pairs: 150, &dice).worse != nil
        }
        #expect(Double(wrong) / Double(games) <= 0.05 + 0.011, "\(wrong)")
    }

    @Test("the mean of the evidence is at most 1 where there is no difference")
    func evidence() {
        // All that can come of four pairs, each with its probability.
        for rate in [0.1, 0.5, 0.73] {
            var mean = 0.0
            for outcomes in 0..<256 {
                var test = SequentialTest(confidence: 0.9999)
                var probability = 1.0
                for pair in 0..<4 {
                    let (a, b) = (outcomes >> (2 * pair) & 1 == 1, outcomes >> (2 * pair + 1) & 1 == 1)
                    probability *= (a ? rate : 1 - rate) * (b ? rate : 1 - rate)
                    test.add(aFailed: a, bFailed: b)
                }
                mean += probability * test.evidence
            }
            #expect(mean <= 1 + 1e-9 && mean > 0.5, "\(mean)")
        }
    }

    @Test("what always fails and what never does are told apart by four pairs")
    func certain() {
        var test = SequentialTest(confidence: 0.95)
        var evidence: [Double] = []
        while test.worse == nil {
            test.add(aFailed: true, bFailed: false)
            evidence.append(test.evidence)
        }
        #expect(test.pairs == 4 && test.worse == .a)
        // By hand: rates of 0.5; then 1.18/1.36, 2.18/2.36, 3.18/3.36 against a half.
        let factors = [1.18 / 1.36, 2.18 / 2.36, 3.18 / 3.36].map { 4 * $0 * $0 }
        #expect(abs(evidence[0] - 1) < 1e-9)
        #expect(abs(evidence[3] - factors.reduce(1, *)) < 1e-9)
        // Nothing changes it any more.
        test.add(aFailed: false, bFailed: true)
        #expect(test.pairs == 4 && test.worse == .a)
    }

    @Test(
        "the smaller the difference, the longer it takes",
        arguments: [
            (0.1, 0.9, 9.0, 0.99), (0.3, 0.7, 40.0, 0.95), (0.0, 0.3, 25.0, 0.95),
        ])
    func stopping(a: Double, b: Double, mean: Double, power: Double) {
        var dice = Dice(state: 9)
        let games = (0..<1000).map { _ in play({ _ in a }, { _ in b }, pairs: 200, &dice) }
        let pairs = Double(games.map(\.pairs).reduce(0, +)) / 1000
        #expect(pairs < mean, "\(pairs)")
        #expect(Double(games.count { $0.worse == .b }) / 1000 >= power)
    }
}
