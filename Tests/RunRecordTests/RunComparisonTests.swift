import Foundation
import Testing

@testable import RunRecord

@Suite struct RunComparisonTests {
    private func finding(_ title: String) -> Finding {
        Finding(source: .console, severity: .failure, kind: "warning", title: title)
    }

    private func record(_ name: String, _ verdict: Verdict, _ titles: [String] = [], step: Int? = 1) -> CaseRecord {
        CaseRecord(name: name, step: step, verdict: verdict, seconds: 1, findings: titles.map(finding))
    }

    private func record(_ verdict: Verdict, _ titles: [String] = []) -> CaseRecord { record("a", verdict, titles) }

    private func run(_ id: String, _ cells: [[CaseRecord]], kernel: String = "debian:6.1") -> RunRecord {
        var run = RunRecord(id: id, vmharness: "0", command: [], started: Date())
        run.cells = cells.map { cases in
            var cell = CellRecord(id: "c", plan: "p", kernel: kernel, parameters: [:], started: Date(), directory: "c")
            cell.cases = cases
            cell.isComplete = true
            cell.conclude()
            return cell
        }
        return run
    }

    private func compare(_ before: [[CaseRecord]], _ after: [[CaseRecord]]) -> RunComparison {
        RunComparison(RunOutcomes(run("one", before)), RunOutcomes(run("two", after)))
    }

    private func kinds(_ before: CaseRecord?, _ after: CaseRecord?) -> [RunComparison.Kind] {
        let always = record("always", .pass)
        return compare([[always] + [before].compactMap { $0 }], [[always] + [after].compactMap { $0 }]).changes
            .map(\.kind)
    }

    @Test("each pair of verdicts has its word")
    func words() {
        #expect(kinds(record(.pass), record(.fail, ["x"])) == [.new])
        #expect(kinds(nil, record(.fail, ["x"])) == [.new])
        #expect(kinds(record(.skip), record(.fail, ["x"])) == [.new])
        #expect(kinds(record(.error), record(.fail, ["x"])) == [.new])
        #expect(kinds(record(.pass), record(.fail)) == [.new])
        #expect(kinds(record(.fail, ["x"]), record(.fail, ["x"])) == [.failing])
        #expect(kinds(record(.fail), record(.fail)) == [.failing])
        #expect(kinds(record(.fail, ["x"]), record(.pass)) == [.fixed])
        #expect(kinds(record(.known, ["x"]), record(.pass)) == [.fixed])
        #expect(kinds(record(.fail, ["x"]), record(.skip)) == [.missing])
        #expect(kinds(record(.pass), nil) == [.missing])
        #expect(kinds(record(.fail, ["x"]), record(.known, ["x"])) == [.known])
        #expect(kinds(record(.pass), record(.flaky, ["x"])) == [.flaky])
        #expect(kinds(record(.flaky, ["x"]), record(.flaky, ["x"])) == [.failing])
        #expect(kinds(record(.pass), record(.error)) == [.unjudged])
    }

    @Test("what did as before and does not fail is no change")
    func unchanged() {
        for verdict in [Verdict.pass, .skip, .known, .error] {
            #expect(kinds(record(verdict), record(verdict)).isEmpty, "\(verdict)")
        }
        #expect(kinds(record(.skip), record(.pass)).isEmpty)
        #expect(compare([[record(.pass)]], [[record(.pass)]]).unchanged == 1)
    }

    @Test("an issue that is not known any more is a new failure")
    func known() {
        #expect(kinds(record(.known, ["x"]), record(.fail, ["x"])) == [.new])
    }

    @Test("a test that fails in another way is new, and in both ways is both")
    func fingerprints() {
        let comparison = compare(
            [[record(.fail, ["WARNING at f+0x1/0x2", "old"])]],
            [[record(.fail, ["WARNING at f+0x9/0xa", "KASAN"])]])
        #expect(comparison.changes.map(\.kind) == [.new, .failing])
        #expect(comparison.changes.map { $0.failures.map(\.title) } == [["KASAN"], ["WARNING at f+0x9/0xa"]])
        #expect(comparison.exitStatus == 1)
        // One that stopped failing in one of two ways is no news of the kind that fails a build.
        #expect(compare([[record(.fail, ["x", "y"])]], [[record(.fail, ["x"])]]).exitStatus == 0)
    }

    @Test("of repetitions some of which pass and some fail is flaky")
    func repetitions() throws {
        let comparison = compare([[record(.pass)], [record(.pass)]], [[record(.pass)], [record(.fail, ["x"])]])
        let change = try #require(comparison.changes.first)
        #expect(change.kind == .flaky)
        #expect(change.after?.counts == ["pass": 1, "fail": 1])
        #expect(comparison.exitStatus == 1)
    }

    @Test("a boot that is recorded only where it complains has passed where it is not")
    func occasional() {
        let boot = record("boot", .fail, ["x"], step: nil)
        #expect(kinds(boot, nil) == [.fixed])
        #expect(kinds(nil, boot) == [.new])
        // Not if the cell never came to anything.
        #expect(compare([[boot]], [[record("guest", .error, step: nil)]]).changes.map(\.kind).contains(.missing))
    }

    @Test("what a cell never came to is not fixed in it")
    func unreached() {
        let kmsg = record("kmsg", .fail, ["x"], step: nil)
        var skipped = record("a", .skip)
        skipped.reason = "not run: hang during boot"
        var boot = record("boot", .fail, ["hang during boot"], step: nil)
        boot.outcome = .fail
        for cases in [[skipped], [boot, record("a", .pass)], [record("a", .skip)]] {
            let changes = compare([[kmsg, record("a", .pass)]], [cases]).changes
            #expect(changes.filter { $0.test.case == "kmsg" }.map(\.kind) == [.missing])
        }
        var killed = run("two", [[record("a", .pass)]])
        killed.cells[0].isComplete = nil
        let comparison = RunComparison(RunOutcomes(run("one", [[kmsg, record("a", .pass)]])), RunOutcomes(killed))
        #expect(comparison.changes.map(\.kind) == [.missing])
    }

    @Test("parameters and kernels tell tests apart, unless kernels are compared")
    func kernels() {
        let old = run("one", [[record(.pass)]], kernel: "debian:6.1")
        let new = run("two", [[record(.fail, ["x"])]], kernel: "debian:7.2")
        let apart = RunComparison(RunOutcomes(old), RunOutcomes(new))
        #expect(apart.changes.map(\.kind) == [.new, .missing])
        let across = RunComparison(
            RunOutcomes(old, ignoresKernels: true), RunOutcomes(new, ignoresKernels: true))
        #expect(across.changes.map(\.kind) == [.new])
        #expect(across.changes[0].before?.verdict == .pass)
    }

    @Test("what broke on our side is no pass: 3, and 1 outweighs it")
    func exitStatus() {
        #expect(compare([[record(.pass)]], [[record(.error)]]).exitStatus == 3)
        #expect(
            compare(
                [[record(.pass), record("b", .pass)]], [[record(.error), record("b", .fail, ["x"])]]
            ).exitStatus == 1)
        #expect(compare([[record(.pass)]], [[record("b", .pass)]]).exitStatus == 0)
    }

    @Test("a remark of ours is no test")
    func remarks() {
        let remark = CaseRecord(
            name: "known", verdict: .pass, seconds: 0,
            findings: [Finding(source: .step, severity: .notice, kind: "known-not-seen", title: "not seen")])
        #expect(kinds(nil, remark).isEmpty && kinds(remark, nil).isEmpty)
    }
}
