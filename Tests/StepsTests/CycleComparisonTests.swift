import HostProcess
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

    /// Of a 6.12 kernel with CONFIG_PROVE_LOCKING; 29 of 30 cycles left a class behind.
    @Test func lockdepClassesOfEveryCycle() async throws {
        func states(_ moment: String, _ classes: Int) async throws -> String {
            let stats = """
                 lock-classes:                          \(classes) [max: 8192]
                 direct dependencies:                  3550 [max: 32768]
                 all direct dependencies:             60100
                 dependency chains:                    3295 [max: 65536]
                 dependency chain hlocks used:        10166 [max: 327680]

                """
            return try await Command("awk", ["-v", "s=\(moment)", lockdepCounters])
                .check(input: Array(stats.utf8)).text
        }
        let first = try await states("first", 706)
        #expect(first == "@state first lock-classes 706\n@state first dependency-chains 3295\n")
        let grown = CycleComparison(first + (try await states("end", 735)), times: 30)
        #expect(grown.problems == ["lockdep's classes grew by 1 a cycle"])
        #expect(CycleComparison(first + (try await states("end", 711)), times: 30).problems.isEmpty)
    }
}
