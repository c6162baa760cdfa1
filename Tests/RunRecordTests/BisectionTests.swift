import RunRecord
import Testing

@Suite struct BisectionTests {
    /// Searches a row of which `verdict` tells what a run of a kernel comes to, and returns the runs of each.
    private func search(
        _ count: Int, passes: Int = 1, _ verdict: (Int, Int) -> FailureCriterion.Outcome
    ) -> (answer: Bisection.Answer?, runs: [Int]) {
        var bisection = Bisection(count: count, passes: passes)
        var runs = Array(repeating: 0, count: count)
        while let index = bisection.next {
            runs[index] += 1
            bisection.note(verdict(index, runs[index]), of: index)
        }
        return (bisection.answer, runs)
    }

    @Test("every place is found, by as many kernels as there are halves")
    func places() {
        for count in 2...40 {
            for first in 1..<count {
                let (answer, runs) = search(count) { index, _ in index < first ? .passed : .failed }
                #expect(answer == .found(good: first - 1, bad: first))
                let halves = Int((1...10).first { 1 << $0 >= count - 1 } ?? 0)
                #expect(runs.reduce(0, +) <= 2 + halves, "\(count), \(first): \(runs)")
            }
        }
    }

    @Test("the ends come first, and are not believed")
    func ends() {
        #expect(search(9) { _, _ in .failed }.answer == .goodFails)
        #expect(search(9) { _, _ in .passed }.answer == .badPasses)
        let (answer, runs) = search(9) { index, _ in index == 0 ? .passed : .unjudged("no disk") }
        #expect(answer == .endSkipped(8, "no disk"))
        #expect(runs.filter { $0 > 0 } == [1, 2])
    }

    @Test("a kernel is bad by one failure, and good only by all its passes")
    func flaky() {
        // The bad ones fail every third time.
        let (answer, runs) = search(17, passes: 9) { index, run in index >= 11 && run % 3 == 0 ? .failed : .passed }
        #expect(answer == .found(good: 10, bad: 11))
        #expect(runs[10] == 9 && runs[11] == 3)
        #expect(search(17) { index, run in index >= 11 && run % 3 == 0 ? .failed : .passed }.answer == .badPasses)
    }

    @Test("who says nothing is asked twice, left out, and named where it may be the one")
    func skips() {
        let (answer, runs) = search(9) { index, _ in
            index == 4 || index == 5 ? .unjudged("does not boot") : index < 5 ? .passed : .failed
        }
        #expect(answer == .found(good: 3, bad: 6))
        #expect(runs[4] == 2 && runs[5] == 2)
        // One that says nothing elsewhere does not matter, and an error that does not come again neither.
        #expect(
            search(9) { index, run in index == 4 && run == 1 ? .unjudged("a full disk") : index < 5 ? .passed : .failed
            }
            .answer == .found(good: 4, bad: 5))
    }

    @Test("what cannot be had at all is not run")
    func unavailable() {
        var bisection = Bisection(count: 3, passes: 1)
        bisection.skip(1, because: "cannot download")
        bisection.note(.passed, of: 0)
        bisection.note(.failed, of: 2)
        #expect(bisection.next == nil)
        #expect(bisection.answer == .found(good: 0, bad: 2))
        #expect(bisection.standing(of: 1) == .skipped("cannot download"))
    }

    @Test("where it fails, passes and fails again, the answer is still two kernels that differ")
    func notOrdered() {
        let bad = [false, false, true, false, false, true, true, true]
        let (answer, _) = search(bad.count) { index, _ in bad[index] ? .failed : .passed }
        guard case .found(let good, let first) = answer else {
            Issue.record("nothing was found")
            return
        }
        #expect(!bad[good] && bad[first] && first == good + 1)
    }

    @Test(
        "so many passes let a failure slip through at most 5 times in 100",
        arguments: [
            (1.0, 1), (0.95, 1), (0.5, 5), (0.3, 9), (0.1, 29), (0.01, 299),
        ])
    func passes(rate: Double, expected: Int) {
        #expect(Bisection.passes(forRate: rate) == expected)
    }
}
