import RunRecord
import SystemPackage
import Testing

@testable import ResultStore

@Suite("What cells took, for the next of their like")
struct CostTests {
    private func cell(_ kernel: String, seconds: Double, verdict: Verdict = .pass) throws -> CellRecord {
        var cell = Samples.cell([CaseRecord(name: "a", verdict: verdict, seconds: 1)])
        cell.kernel = kernel
        (cell.seconds, cell.peakMemory, cell.cpuSeconds, cell.cpuWaitSeconds) = (seconds, 300 << 20, 6, 2)
        cell.isComplete = true
        cell.conclude()
        return cell
    }

    @Test("those on the kernel first, then those on others; nothing of what our side broke")
    func costs() async throws {
        try await Samples.withStore { store, _ in
            try store.record(
                Samples.run(0, [try cell("debian:6.1", seconds: 4), try cell("debian:7.2", seconds: 9)]),
                directory: "/0")
            try store.record(
                Samples.run(1, [try cell("debian:6.1", seconds: 1, verdict: .error)]), directory: "/1")
            let sample = try cell("debian:6.1", seconds: 4)
            let accelerator = try #require(sample.environment).accelerator.used
            let costs = try store.costs(plan: sample.plan, kernel: "debian:6.1", accelerator: accelerator)
            #expect(costs.map(\.kernel) == ["debian:6.1", "debian:7.2"])
            #expect(costs.first == CellCost(sample))
            #expect(costs.first?.peakMemory == 300 << 20)
            // What it would have had: it waited for two of eight.
            #expect(costs.first?.cores == 2)
            #expect(try store.costs(plan: sample.plan, kernel: "debian:6.1", accelerator: "kvm").isEmpty)
            #expect(try store.costs(plan: "other", kernel: "debian:6.1", accelerator: accelerator).isEmpty)
        }
    }

    @Test("a cell that was run again costs what one attempt does")
    func attempts() throws {
        var sample = try cell("debian:6.1", seconds: 20)
        sample.attempts = [AttemptRecord(1, sample), AttemptRecord(2, sample)]
        #expect(CellCost(sample)?.seconds == 10)
    }
}
