import RunRecord
import Testing

@Suite struct ProportionTests {
    @Test("nothing of thirty is at most 9.5 %, all of thirty at least 90.5 %")
    func ends() {
        #expect(abs(Proportion(0, of: 30).interval().upperBound - 0.0950) < 0.0001)
        #expect(Proportion(0, of: 30).interval().lowerBound == 0)
        #expect(abs(Proportion(30, of: 30).interval().lowerBound - 0.9050) < 0.0001)
        #expect(Proportion(0, of: 1).interval().upperBound == 0.95)
        #expect(Proportion(0, of: 30).text == "0 of 30 (at most 9.5 % at 95 %)")
    }

    /// Tables of Clopper and Pearson's limits, as R's `binom.test` prints them.
    @Test(arguments: [
        (1, 10, 0.002529, 0.445016), (5, 10, 0.187086, 0.812914), (3, 30, 0.021117, 0.265288),
        (9, 10, 0.554984, 0.997471), (50, 1000, 0.037354, 0.065390), (1, 2, 0.012579, 0.987421),
    ])
    func between(count: Int, total: Int, lower: Double, upper: Double) {
        let interval = Proportion(count, of: total).interval()
        #expect(abs(interval.lowerBound - lower) < 0.0001, "\(interval)")
        #expect(abs(interval.upperBound - upper) < 0.0001, "\(interval)")
    }

    @Test("more times make it narrower, and thousands overflow nothing")
    func large() {
        let interval = Proportion(5000, of: 10_000).interval()
        #expect(abs(interval.lowerBound - 0.4902) < 0.0005 && abs(interval.upperBound - 0.5098) < 0.0005)
        #expect(Proportion(1, of: 10_000).interval().upperBound < 0.001)
    }

    @Test("one that is surer is wider")
    func confidence() {
        #expect(
            Proportion(3, of: 30).interval(confidence: 0.99).upperBound
                > Proportion(3, of: 30).interval(confidence: 0.9).upperBound)
    }

    @Test func words() {
        #expect(Proportion(3, of: 30).text == "3 of 30 (10 %, 2.1 to 26.5 % at 95 %)")
        #expect(Proportion(4, of: 4).text == "4 of 4 (at least 47.3 % at 95 %)")
    }
}
