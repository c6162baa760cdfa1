import Testing

@testable import Runner
@testable import TestPlan

@Suite("How long a case may take")
struct CaseLimitTests {
    let limits = SuiteOptions.Limits(first: .seconds(1000), floor: .seconds(100), factor: 5)

    private func verdict(
        median: Double?, elapsed: Double, waited: Double = 0, idle: Double, complained: Bool = false
    ) -> String? {
        CaseLimit(limits, median: median)
            .verdict(elapsed: elapsed, waited: waited, idle: idle, hasComplained: complained)
    }

    @Test("A case without a history has the first limit, one with a history five medians, at least the floor")
    func softLimits() {
        #expect(CaseLimit(limits, median: nil).soft == 1000)
        #expect(CaseLimit(limits, median: 60).soft == 300)
        #expect(CaseLimit(limits, median: 2).soft == 100)
    }

    @Test("Beyond its limit a case goes on as long as it does something, but not for ever")
    func heartbeat() {
        #expect(verdict(median: 60, elapsed: 299, idle: 299) == nil)
        #expect(verdict(median: 60, elapsed: 310, idle: 5) == nil)
        #expect(verdict(median: 60, elapsed: 310, idle: 40)?.contains("did nothing for the last 40 s") == true)
        #expect(verdict(median: 60, elapsed: 901, idle: 0)?.contains("900 s") == true)
    }

    @Test("Time that the host did not give its CPUs is not the guest's")
    func starvation() {
        #expect(verdict(median: 60, elapsed: 500, waited: 250, idle: 100) == nil)
        #expect(verdict(median: 60, elapsed: 600, waited: 250, idle: 100) != nil)
    }

    @Test("A case that the kernel complained in and that then stands still is not waited for until its limit")
    func complained() {
        #expect(verdict(median: nil, elapsed: 100, idle: 61, complained: true) != nil)
        #expect(verdict(median: nil, elapsed: 100, idle: 61, complained: false) == nil)
        #expect(verdict(median: nil, elapsed: 100, idle: 30, complained: true) == nil)
    }
}
