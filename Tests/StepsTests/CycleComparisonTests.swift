import Testing

@testable import Steps

@Suite struct CycleComparisonTests {
    private static let outOfTree = 0x1000
    private static let unsigned = 0x2000
    private static let warned = 0x200
    /// Out of tree and unsigned is what the module is; a warning is not.
    private static let taints: [(Int, Int, String?)] = [
        (0, outOfTree | unsigned, nil),
        (outOfTree, outOfTree | warned, "the kernel is tainted: W"),
        (warned, warned, nil),
    ]

    @Test(arguments: taints)
    func taint(before: Int, after: Int, problem: String?) {
        let comparison = CycleComparison("@state start taint \(before)\n@state end taint \(after)\n", times: 10)
        #expect(comparison.problems == (problem.map { [$0] } ?? []))
        #expect(comparison.lines == ["taint \(before) → \(after)"])
    }

    @Test(arguments: [(1000, 3995, false), (1000, 3996, true), (10, 2000, false), (10, 18432, true)])
    func memory(times: Int, growth: Int, leaks: Bool) {
        let text = "@state first SUnreclaim: 20000\n@state end SUnreclaim: \(20000 + growth)\n"
        #expect(CycleComparison(text, times: times).problems.isEmpty != leaks)
    }

    @Test func lockdepClassesOfEveryCycle() {
        let text = "@state first lock-classes: 900\n@state end lock-classes: 1098\n"
        #expect(CycleComparison(text, times: 100).problems == ["lockdep's classes grew by 2 a cycle"])
    }
}
