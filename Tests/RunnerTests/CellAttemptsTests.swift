import Foundation
import HostProcess
import RunRecord
import SystemPackage
import TestPlan
import Testing

@testable import Runner

@Suite("What is run again of a cell that failed")
struct CellAttemptsTests {
    private static let start = Date(timeIntervalSince1970: 1_000_000)

    /// A plan of one step, a case called `fill`, and a suite.
    private static func plan() throws -> TestPlan {
        let text = """
            name: x
            summary: A plan for tests
            steps:
              - run: {case: fill, command: "true"}
              - suite: {command: a, list: b}

            """
        return try TestPlan.parse(Array(text.utf8), file: "plan.yaml", directory: "/nonexistent", settings: [:])
    }

    private static var cell: CellRecord {
        CellRecord(id: "c", plan: "x", kernel: "debian:6.1", parameters: [:], started: start, directory: "cells/c")
    }

    private static func record(_ name: String, _ step: Int, _ verdict: Verdict) -> CaseRecord {
        CaseRecord(name: name, step: step, guest: 1, verdict: verdict, reason: "it was \(verdict)", seconds: 1)
    }

    /// What an attempt comes to.
    private static func run(_ attempts: inout CellAttempts, _ cases: [CaseRecord]) {
        var attempt = attempts.beginning
        attempt.guests = [GuestRecord(number: 1)]
        attempt.cases += cases
        attempt.isComplete = true
        attempt.conclude()
        attempts.end(attempt)
    }

    @Test("Nothing is run again that passed, or unless it was asked for")
    func once() throws {
        for (verdict, retries) in [(Verdict.pass, 3), (.known, 3), (.skip, 3), (.fail, 0)] {
            var attempts = CellAttempts(Self.cell, plan: try Self.plan(), retries: retries)
            #expect(attempts.wantsAnother)
            Self.run(&attempts, [Self.record("fill", 1, verdict)])
            #expect(!attempts.wantsAnother)
            #expect(attempts.record.verdict == verdict && attempts.record.attempts == nil)
            #expect(attempts.record.isComplete == true)
        }
    }

    @Test("So often as was asked for, and no longer than until it passes", arguments: [Verdict.fail, .error])
    func often(verdict: Verdict) throws {
        var attempts = CellAttempts(Self.cell, plan: try Self.plan(), retries: 2)
        for number in 1...3 {
            #expect(attempts.wantsAnother && attempts.number == number)
            #expect(attempts.beginning.directory == (number == 1 ? "cells/c" : "cells/c/attempt-\(number)"))
            Self.run(&attempts, [Self.record("fill", 1, verdict)])
            // Somebody who kills the controller now has not ended the cell.
            #expect(attempts.record.isComplete == (number == 3 ? true : nil))
        }
        #expect(!attempts.wantsAnother)
        #expect(attempts.record.verdict == verdict && attempts.record.attempts?.count == 3)

        attempts = CellAttempts(Self.cell, plan: try Self.plan(), retries: 2)
        Self.run(&attempts, [Self.record("fill", 1, verdict)])
        Self.run(&attempts, [Self.record("fill", 1, .pass)])
        #expect(!attempts.wantsAnother)
        #expect(attempts.record.verdict == (verdict == .fail ? .flaky : .pass))
    }

    @Test("Of a suite only what failed or was not reached; all, where something else failed")
    func suite() throws {
        let names = ["one", "two", "three"]
        func left(_ cases: [CaseRecord]) throws -> [String] {
            var attempts = CellAttempts(Self.cell, plan: try Self.plan(), retries: 1)
            Self.run(&attempts, cases)
            let progress = attempts.progress(after: attempts.beginning)
            progress.plan(names, step: 2)
            return progress.remaining(step: 2)
        }
        var unreached = Self.record("three", 2, .skip)
        unreached.reason = "not run: the guest is gone"
        let first = [Self.record("fill", 1, .pass), Self.record("one", 2, .pass)]
        #expect(try left(first + [Self.record("two", 2, .fail), Self.record("three", 2, .skip)]) == ["two"])
        #expect(try left(first + [Self.record("two", 2, .fail), unreached]) == ["two", "three"])
        #expect(try left([Self.record("fill", 1, .fail)] + ["one", "two"].map { Self.record($0, 2, .pass) }) == names)
    }

    @Test("A run that was killed in the second attempt keeps the first, and what ended in the second")
    func resumed() throws {
        var attempts = CellAttempts(Self.cell, plan: try Self.plan(), retries: 1)
        Self.run(&attempts, [Self.record("one", 2, .fail), Self.record("two", 2, .fail)])
        var second = attempts.beginning
        second.guests = [GuestRecord(number: 1)]
        second.cases = [Self.record("one", 2, .pass)]
        let killed = try CellRecord(json: attempts.record(with: second).json())
        #expect(killed.isComplete == nil && killed.verdict == .fail)

        var again = CellAttempts(killed, plan: try Self.plan(), retries: 1)
        #expect(again.wantsAnother && again.number == 2)
        #expect(again.beginning.cases.map(\.name) == ["one"] && again.beginning.guests?.count == 1)
        let progress = again.progress(after: again.beginning)
        progress.plan(["one", "two"], step: 2)
        #expect(progress.remaining(step: 2) == ["two"])
        Self.run(&again, [Self.record("two", 2, .pass)])
        #expect(again.record.cases.map(\.verdict) == [.flaky, .flaky])
        #expect(again.record.attempts?.count == 2 && again.record.isComplete == true)

        // Resumed without being asked to run it again, it is what it was.
        let rest = CellAttempts(killed, plan: try Self.plan(), retries: 0)
        #expect(!rest.wantsAnother && rest.record.verdict == .fail)
        #expect(rest.record.isComplete == true && rest.record.attempts == nil)
    }

    @Test("An attempt that broke before one that ended is one that ended")
    func brokenFirst() throws {
        var attempts = CellAttempts(Self.cell, plan: try Self.plan(), retries: 2)
        var broken = attempts.beginning
        broken.cases = [Self.record("guest", 1, .error)]
        broken.conclude()
        attempts.end(broken)
        // Alone, it is made again by whoever resumes the run.
        #expect(CellAttempts(attempts.record, plan: try Self.plan(), retries: 2).number == 1)
        Self.run(&attempts, [Self.record("fill", 1, .fail)])
        let again = CellAttempts(attempts.record, plan: try Self.plan(), retries: 2)
        #expect(again.number == 3 && again.beginning.directory == "cells/c/attempt-3")
    }
}
