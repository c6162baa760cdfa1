import Foundation
import HostProcess
import KernelLog
import RunRecord
import SystemPackage
import TestPlan
import Testing

@testable import Runner

/// Evidence as a guest left it, with records as other readers would have written them.
@Suite struct RejudgementTests {
    private static let console = """
        [    1.000000] vmharness-init: ready
        [    2.000000] vmharness: step 1 (mount) begins
        [    2.100000] vmharness: step 1 (mount) ended
        [    3.000000] vmharness: step 2 (module.insert) begins
        [    4.000000] ------------[ cut here ]------------
        [    4.000000] WARNING: CPU: 1 PID: 168 at mm/page_alloc.c:5634 __alloc_pages+0x1c4/0x340
        [    4.000000] Modules linked in:
        [    4.000000] CPU: 1 PID: 168 Comm: insmod Not tainted 6.1.0-56-amd64 #1
        [    4.000000] RIP: 0010:__alloc_pages+0x1c4/0x340
        [    4.000000] Call Trace:
        [    4.000000]  kmalloc_large_node+0x1/0x2
        [    4.000000] ---[ end trace 0000000000000000 ]---
        [    5.000000] vmharness: step 2 (module.insert) ended
        [    6.000000] vmharness: step 3 (run) begins
        [    6.500000] vmharness: step 3 (run) ended

        """
    private static let title = "WARNING in __alloc_pages"

    private func withRun(
        _ cases: [CaseRecord], console: String = Self.console,
        _ body: (RunRecord, FilePath) async throws -> Void
    ) async throws {
        try await withScratchDirectory { scratch in
            var cell = CellRecord(
                id: "c", plan: "p", kernel: "debian:6.1", parameters: [:], started: Date(timeIntervalSince1970: 0),
                directory: "cells/c")
            cell.environment = EnvironmentRecord(
                backend: "qemu", accelerator: .init(used: "tcg", asked: "auto", reason: ""), qemu: "", command: [],
                memory: 1, cpus: 1, memoryBacking: "",
                kernel: .init(release: "6.1.0-56-amd64", version: "6.1.192-2", digest: "", packages: [], notes: []),
                commandLine: "", image: "", initSystem: "fast", shares: [], host: .init(kernel: "", cpus: 1), notes: [])
            cell.cases = cases
            cell.conclude()
            var run = RunRecord(id: "r", vmharness: "0", command: [], started: Date(timeIntervalSince1970: 0))
            run.cells = [cell]
            run.verdict = cell.verdict
            run.ended = Date(timeIntervalSince1970: 60)
            let place = scratch.appending("cells/c")
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: true)
            try console.write(toFile: place.appending("console.log").string, atomically: false, encoding: .utf8)
            try run.json().write(to: URL(filePath: scratch.appending("run.json").string))
            try await body(run, scratch)
        }
    }

    private func insert(_ verdict: Verdict, _ findings: [Finding] = [], reason: String? = nil) -> CaseRecord {
        CaseRecord(
            name: "module.insert", step: 2, guest: 1, verdict: verdict, reason: reason, seconds: 1, findings: findings)
    }

    private let after = CaseRecord(name: "run", step: 3, guest: 1, verdict: .pass, seconds: 1)

    /// As today's reader finds it.
    private func warning(_ title: String = Self.title, line: Int = 5) throws -> Finding {
        var finding = try #require(
            try StoredEvidenceSample.findings(Self.console).first { $0.title == Self.title })
        finding.title = title
        return finding
    }

    private func rejudge(
        _ run: RunRecord, _ directory: FilePath, known: String = "[]"
    ) throws -> Rejudgement {
        let issues = try KnownIssueFile.parse(Array(known.utf8), file: "known-issues.yaml")
        return try Rejudgement(run, in: directory, today: "2026-11-21") { _ in .init(issues) }
    }

    @Test("what today's reader finds as well is no change")
    func same() async throws {
        try await withRun([insert(.fail, [try warning()], reason: Self.title), after]) { run, directory in
            let rejudgement = try rejudge(run, directory)
            #expect(rejudgement.changes.isEmpty, "\(rejudgement.changes)")
            #expect(rejudgement.record == run)
        }
    }

    @Test("a report that an older reader missed fails the case whose marks it stands between")
    func missed() async throws {
        try await withRun([insert(.pass), after]) { run, directory in
            let rejudgement = try rejudge(run, directory)
            #expect(rejudgement.record.verdict == .fail)
            #expect(rejudgement.record.cells[0].cases.map(\.verdict) == [.fail, .pass])
            #expect(rejudgement.record.cells[0].cases[0].reason == Self.title)
            #expect(rejudgement.changes.map(\.case) == ["module.insert", nil])
            #expect(rejudgement.changes[0].come == [Self.title])
        }
    }

    @Test("what is no report any more takes its failure along, and the step's own failure stays")
    func gone() async throws {
        var ghost = try warning("BUG: of an older reader")
        ghost.place = Finding.Place(file: "console.log", line: 14, endLine: 15, byte: 666, endByte: 676)
        let own = Finding(source: .step, severity: .failure, kind: "step-failed", title: "run: status 1")
        var failed = after
        failed.verdict = .fail
        (failed.findings, failed.reason) = ([ghost], ghost.title)
        try await withRun([insert(.fail, [try warning()], reason: Self.title), failed]) { run, directory in
            let record = try rejudge(run, directory).record.cells[0].cases[1]
            #expect(record.verdict == .pass && record.reason == nil && record.findings.isEmpty)
        }
        failed.findings = [ghost, own]
        try await withRun([insert(.fail, [try warning()], reason: Self.title), failed]) { run, directory in
            let record = try rejudge(run, directory).record.cells[0].cases[1]
            #expect(record.verdict == .fail && record.findings == [own])
        }
    }

    @Test("a case of a suite is not taken for passed, unless its record says what it said itself")
    func suites() async throws {
        var ghost = try warning("BUG: of an older reader")
        ghost.place = Finding.Place(file: "console.log", line: 14, endLine: 15, byte: 666, endByte: 676)
        var failed = CaseRecord(
            name: "s/a", step: 3, guest: 1, verdict: .fail, reason: ghost.title, seconds: 1, findings: [ghost])
        let other = CaseRecord(name: "s/b", step: 3, guest: 1, verdict: .pass, seconds: 1)
        let first = insert(.fail, [try warning()], reason: Self.title)
        try await withRun([first, failed, other]) { run, directory in
            let record = try rejudge(run, directory).record.cells[0].cases[1]
            #expect(record.verdict == .fail)
            #expect(record.reason?.contains("the record does not say") == true)
        }
        failed.outcome = .pass
        try await withRun([first, failed, other]) { run, directory in
            let record = try rejudge(run, directory).record.cells[0].cases[1]
            #expect(record.verdict == .pass)
        }
    }

    @Test("what is known today is known, and what is not any more fails again")
    func known() async throws {
        let failed = insert(.fail, [try warning()], reason: Self.title)
        let issue = "- {plan: p, title: in __alloc_pages, reason: it copies}"
        try await withRun([failed, after]) { run, directory in
            let known = try rejudge(run, directory, known: issue)
            #expect(known.record.verdict == .known)
            #expect(known.record.cells[0].cases[0].reason == "it copies; \(Self.title)")
            // And back.
            let back = try rejudge(known.record, directory)
            #expect(back.record == run)
            #expect(back.changes.map(\.after) == [.fail, .fail])
            // What is known today as yesterday is no change.
            #expect(try rejudge(known.record, directory, known: issue).changes.isEmpty)
            // A plan that is gone takes nothing back.
            let kept = try Rejudgement(known.record, in: directory) { _ in .init([], hasPlans: false) }
            #expect(kept.changes.isEmpty && kept.record.verdict == .known)
            #expect(kept.notes.contains { $0.contains("what was known stays so") })
        }
    }

    private func current(_ directory: FilePath) throws -> RunRecord {
        try RunRecord(json: Data(contentsOf: URL(filePath: directory.appending("run.json").string)))
    }

    @Test("the new record is written, and the old one kept beside it")
    func write() async throws {
        try await withRun([insert(.pass), after]) { run, directory in
            var read = run
            for number in 1...2 {
                let (record, kept) = try rejudge(read, directory).write(in: directory) { try current(directory) }
                #expect(kept == directory.appending("run-\(number).json"))
                #expect(record.rejudged?.count == number)
                let written = try current(directory)
                #expect(written.verdict == .fail)
                // What somebody else has written meanwhile is not lost.
                #expect(throws: Failure.self) {
                    try rejudge(read, directory).write(in: directory) { try current(directory) }
                }
                read = written
            }
            let old = try RunRecord(json: Data(contentsOf: URL(filePath: directory.appending("run-1.json").string)))
            #expect(old == run)
        }
    }

    @Test("a guest without a console keeps its findings, and that is said")
    func noConsole() async throws {
        try await withRun([insert(.fail, [try warning()], reason: Self.title), after]) { run, directory in
            try FileManager.default.removeItem(atPath: directory.appending("cells/c/console.log").string)
            let rejudgement = try rejudge(run, directory)
            #expect(rejudgement.changes.isEmpty)
            #expect(rejudgement.notes.contains { $0.contains("no console.log") })
        }
    }

    @Test("a cell that was killed, and a run that was, stay errors; one that goes on is refused")
    func unfinished() async throws {
        let passed = CaseRecord(name: "run", step: 3, guest: 1, verdict: .pass, seconds: 1)
        try await withRun([passed], console: "[    1.000000] vmharness-init: ready\n") { run, directory in
            var killed = run
            (killed.verdict, killed.cells[0].verdict) = (.error, .error)
            let again = try rejudge(killed, directory).record
            #expect(again.cells[0].verdict == .error && again.verdict == .error)
            killed = run
            killed.ended = nil
            #expect(try rejudge(killed, directory).record.verdict == .error)
            killed = run
            killed.asked = [AskedCell(id: "other", plan: "/p", kernel: "debian:6.1", parameters: [:])]
            #expect(try rejudge(killed, directory).record.verdict == .error)
            #expect(try rejudge(run, directory).record.verdict == .pass)
            let lock = try RunDirectory.lock(directory)
            #expect(throws: Failure.self) { try rejudge(run, directory) }
            lock.release()
        }
    }

    @Test("what lies beyond the kept part of the console stands, and that is said")
    func beyond() async throws {
        var far = try warning("BUG: far behind")
        far.place = Finding.Place(file: "console.log", line: 9000, endLine: 9001, byte: 90_000, endByte: 90_100)
        var failed = after
        (failed.verdict, failed.findings, failed.reason) = (.fail, [far], far.title)
        try await withRun([insert(.fail, [try warning()], reason: Self.title), failed]) { run, directory in
            let rejudgement = try rejudge(run, directory)
            #expect(rejudgement.changes.isEmpty, "\(rejudgement.changes)")
            #expect(rejudgement.notes.contains { $0.contains("beyond what was kept") })
        }
    }

    @Test("a guest that did not come up has not passed once its kernel's report is none any more")
    func lostGuests() async throws {
        var ghost = try warning("BUG: of an older reader")
        ghost.place = Finding.Place(file: "console.log", line: 1, endLine: 2, byte: 0, endByte: 10)
        for (name, isUp, verdict) in [("boot", false, Verdict.error), ("ssh", true, .error), ("boot", true, nil)] {
            let lost = CaseRecord(
                name: name, guest: 1, verdict: .fail, reason: ghost.title, seconds: 1, findings: [ghost])
            try await withRun([lost, after], console: "[    1.000000] vmharness-init: ready\n") { run, directory in
                var run = run
                run.cells[0].guests = [GuestRecord(number: 1)]
                run.cells[0].guests?[0].bootSeconds = isUp ? 5 : nil
                let cases = try rejudge(run, directory).record.cells[0].cases
                #expect(cases.first { $0.name == name }?.verdict == verdict, "\(name)")
            }
        }
    }

    @Test("what user space was seen to forge stays without weight")
    func forged() async throws {
        var seen = try warning()
        seen.severity = .notice
        seen.report?.forged = true
        try await withRun([insert(.pass, [seen]), after]) { run, directory in
            let rejudgement = try rejudge(run, directory)
            #expect(rejudgement.changes.isEmpty && rejudgement.record.verdict == .pass)
        }
    }

    @Test("without the plan its issues that were not seen are still said")
    func remarks() async throws {
        let issue = "- {plan: p, case: run, title: nothing, reason: it copies}"
        try await withRun([insert(.fail, [try warning()], reason: Self.title), after]) { run, directory in
            let said = try rejudge(run, directory, known: issue).record
            #expect(said.cells[0].cases.count { $0.isRemark } == 1)
            let kept = try Rejudgement(said, in: directory) { _ in .init([], hasPlans: false) }
            #expect(kept.changes.isEmpty && kept.record == said)
        }
    }

    @Test("a record that leads out of its directory is refused")
    func outside() async throws {
        try await withRun([insert(.pass)]) { run, directory in
            var hostile = run
            hostile.cells[0].directory = "../../etc"
            #expect(throws: Failure.self) { try rejudge(hostile, directory) }
        }
    }
}

/// What the reader finds in a text.
enum StoredEvidenceSample {
    static func findings(_ console: String) throws -> [Finding] {
        let scratch = FilePath("/tmp/t\(UInt32.random(in: 0 ... .max))-evidence")
        try FileManager.default.createDirectory(atPath: scratch.string, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch.string) }
        try console.write(toFile: scratch.appending("console.log").string, atomically: false, encoding: .utf8)
        return try StoredEvidence(cell: scratch, guest: 1)?.findings ?? []
    }
}
