import Foundation
import RunRecord
import Testing

@Suite("A cell that was run again")
struct AttemptTests {
    private static let start = Date(timeIntervalSince1970: 1_000_000)

    private func record(
        _ name: String, _ verdict: Verdict, step: Int? = 1, reason: String? = nil, findings: [Finding] = []
    ) -> CaseRecord {
        CaseRecord(
            name: name, step: step, guest: 1, verdict: verdict, reason: reason, seconds: 1, findings: findings,
            files: ["step-1.txt"])
    }

    /// A cell with what came of each attempt.
    private func cell(_ attempts: [CaseRecord]...) -> CellRecord {
        var cell = CellRecord(
            id: "c", plan: "p", kernel: "debian:6.1", parameters: [:], started: Self.start, directory: "cells/c")
        var all: [AttemptRecord] = []
        for (index, cases) in attempts.enumerated() {
            var attempt = cell
            attempt.directory = "cells/c" + (index == 0 ? "" : "/attempt-\(index + 1)")
            attempt.started = Self.start + Double(index) * 10
            (attempt.seconds, attempt.isComplete, attempt.cases) = (9, true, cases)
            var guest = GuestRecord(number: 1)
            (guest.began, guest.cpuSeconds) = (0, 4)
            attempt.guests = [guest]
            attempt.conclude()
            all.append(AttemptRecord(index + 1, attempt))
        }
        cell.attempts = all
        cell.mergeAttempts()
        return cell
    }

    @Test("What failed and then passed is flaky, with the evidence of both")
    func flaky() throws {
        var finding = Finding(source: .console, severity: .failure, kind: "warning", title: "WARNING in f")
        finding.place = .init(file: "console.log", line: 1, endLine: 2, byte: 0, endByte: 9)
        var notice = finding
        notice.severity = .notice
        let cell = cell(
            [record("a", .pass), record("b", .fail, step: 2, reason: "WARNING in f", findings: [finding])],
            [record("a", .pass), record("b", .pass, step: 2, findings: [notice])])
        #expect(cell.verdict == .flaky && cell.verdict.exitStatus == 1)
        #expect(cell.reason == "failed, then passed in attempt 2: WARNING in f")
        #expect(cell.cases.map(\.verdict) == [.pass, .flaky])
        #expect(cell.cases[1].findings.compactMap(\.place?.file) == ["console.log", "attempt-2/console.log"])
        #expect(cell.cases[1].files == ["step-1.txt", "attempt-2/step-1.txt"])
        #expect(cell.seconds == 18 && cell.cpuSeconds == 8 && cell.isComplete == true)
        #expect(cell.guests?.map(\.attempt) == [nil, 2])
        #expect(cell.guests?.map(\.began) == [0, 10])
        // Each attempt can be had again as a cell of its own.
        let second = try #require(cell.attempt(2))
        #expect(second.verdict == .pass && second.directory == "cells/c/attempt-2" && second.attempts == nil)
        let written = try CellRecord(json: cell.json())
        #expect(written == cell)
    }

    @Test(
        "What came of a case over its attempts",
        arguments: [
            ([Verdict.fail, .fail], Verdict.fail), ([.fail, .error, .pass], .flaky), ([.fail, .error], .fail),
            ([.pass, .fail], .flaky), ([.error, .pass], .pass), ([.error, .error], .error), ([.fail, .skip], .fail),
            ([.skip, .pass], .pass), ([.known, .pass], .known), ([.known, .fail], .fail),
        ])
    func verdicts(attempts: [Verdict], expected: Verdict) {
        var cell = cell([record("a", attempts[0], reason: "first")])
        for (index, verdict) in attempts.enumerated().dropFirst() {
            var attempt = cell.attempts![0]
            attempt.number = index + 1
            attempt.cases = [record("a", verdict, reason: "later")]
            cell.attempts!.append(attempt)
        }
        cell.mergeAttempts()
        #expect(cell.cases.map(\.verdict) == [expected])
        // Nothing that went wrong is silent.
        #expect(cell.cases[0].reason != nil)
    }

    @Test("An error of ours that did not come again is told of, and no fault of the kernel's")
    func error() {
        let cell = cell([record("a", .error, reason: "virtiofsd ended")], [record("a", .pass)])
        #expect(cell.verdict == .pass)
        #expect(cell.cases[0].reason == "passed in attempt 2; our side broke in attempt 1: virtiofsd ended")
    }

    @Test("A guest that was lost or did not come up may be the kernel's doing, unless something of ours has a name")
    func lost() {
        func trouble(_ kind: String) -> Finding {
            Finding(source: .ladder, severity: .trouble, kind: kind, title: kind)
        }
        func verdict(_ broken: CaseRecord) -> Verdict {
            let passed = broken.step == nil ? record("a", .pass) : record(broken.name, .pass)
            return cell([broken], [passed]).verdict
        }
        let sessionLost = cell(
            [record("a", .error, reason: "no answer", findings: [trouble("ssh-lost")])], [record("a", .pass)])
        #expect(sessionLost.verdict == .flaky && sessionLost.verdict.exitStatus == 1)
        #expect(sessionLost.cases[0].reason == "lost its guest, then passed in attempt 2: no answer")
        #expect(verdict(record("ssh", .error, step: nil, reason: "no banner")) == .flaky)
        #expect(verdict(record("boot #2", .error, step: nil, reason: "it did not come up")) == .flaky)
        #expect(verdict(record("guest", .error, step: nil, reason: "no qemu-img")) == .pass)
        #expect(verdict(record("ssh", .error, step: 1, reason: "a step of this name")) == .pass)
        for kind in ["qemu-died", "host-overloaded", "host-disk-full", "daemon-died", "daemon-stalled"] {
            #expect(verdict(record("a", .error, findings: [trouble(kind)])) == .pass)
            #expect(verdict(record("ssh", .error, step: nil, findings: [trouble(kind)])) == .pass)
        }
        // What the host broke before does not hide it.
        let both = cell(
            [record("a", .error, reason: "QEMU ended", findings: [trouble("qemu-died")])],
            [record("a", .error, reason: "no answer", findings: [trouble("ssh-lost")])], [record("a", .pass)])
        #expect(both.verdict == .flaky && both.cases[0].attempt == 2)
    }

    @Test("What no step stands for has passed in an attempt that came through without it")
    func occasional() {
        let failed = [record("a", .pass), record("end", .fail, step: nil, reason: "panic")]
        #expect(cell(failed, [record("a", .pass)]).verdict == .flaky)
        // One that did not come through says nothing of its end.
        #expect(cell(failed, [record("a", .error)]).verdict == .fail)
    }

    @Test("Of a suite, attempts after the first have only what had failed")
    func suite() {
        let cell = cell(
            [record("t/1", .pass), record("t/2", .fail), record("t/3", .skip)], [record("t/2", .fail)],
            [record("t/2", .pass)])
        #expect(cell.cases.map(\.name) == ["t/1", "t/2", "t/3"])
        #expect(cell.cases.map(\.verdict) == [.pass, .flaky, .skip])
        #expect(cell.cases[1].reason?.contains("passed in attempt 3") == true)
    }
}
