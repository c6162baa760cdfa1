import Foundation
import RunRecord
import TestPlan
import Testing

@testable import Runner

/// What fails as a matrix expects has done what it should: it is not run again.
@Suite struct ExpectedAttemptsTests {
    private static func attempts(_ expected: CellExpectation?) throws -> CellAttempts {
        let text = "name: x\nsummary: s\nsteps:\n  - run: {case: fill, command: \"true\"}\n"
        let plan = try TestPlan.parse(Array(text.utf8), file: "plan.yaml", directory: "/nonexistent")
        var cell = CellRecord(
            id: "c", plan: "x", kernel: "debian:6.1", parameters: [:], started: Date(timeIntervalSince1970: 0),
            directory: "cells/c")
        cell.backend = "qemu"
        cell.expected = expected
        return CellAttempts(cell, plan: plan, retries: 1)
    }

    private static func run(_ attempts: inout CellAttempts, _ verdict: Verdict) {
        var attempt = attempts.beginning
        var guest = GuestRecord(number: 1)
        guest.bootSeconds = 5
        (attempt.guests, attempt.bootSeconds) = ([guest], 5)
        attempt.cases = [
            CaseRecord(
                name: "fill", step: 1, guest: 1, verdict: verdict, seconds: 1,
                findings: verdict == .fail
                    ? [Finding(source: .step, severity: .failure, kind: "step", title: "fill: status 1", stack: [])]
                    : [])
        ]
        attempt.isComplete = true
        attempt.conclude()
        attempts.end(attempt)
    }

    @Test(
        arguments: [
            (nil, Verdict.fail, true), (CellExpectation(.fail, source: "m:1:1"), .fail, false),
            (CellExpectation(.fail, finding: "status 1", source: "m:1:1"), .fail, false),
            (CellExpectation(.fail, finding: "status 2", source: "m:1:1"), .fail, true),
            (CellExpectation(.pass, source: "m:1:1"), .fail, true),
            (CellExpectation(.fail, source: "m:1:1"), .error, true),
            (CellExpectation(.fail, source: "m:1:1"), .pass, false),
        ] as [(CellExpectation?, Verdict, Bool)])
    func isRunAgain(expected: CellExpectation?, verdict: Verdict, isRunAgain: Bool) throws {
        var attempts = try Self.attempts(expected)
        Self.run(&attempts, verdict)
        #expect(attempts.wantsAnother == isRunAgain)
    }

    @Test func theExpectationIsOfTheCellOverAllAttempts() throws {
        var attempts = try Self.attempts(CellExpectation(.pass, source: "m:1:1"))
        Self.run(&attempts, .fail)
        #expect(attempts.beginning.expected?.outcome == .pass && attempts.beginning.expected?.isMet == nil)
        #expect(attempts.beginning.backend == "qemu")
        Self.run(&attempts, .pass)
        // It failed and passed: that is not what was expected.
        #expect(attempts.record.verdict == .flaky && attempts.record.expected?.isMet == false)
        #expect(attempts.record.weight == .fail && attempts.record.backend == "qemu")
    }
}
