import Foundation
import RunRecord
import Testing

/// What comes as expected is no failure of the run, and what does not is one.
@Suite struct CellExpectationTests {
    private static let warning = Finding(
        source: .console, severity: .failure, kind: "warning", title: "WARNING in f", stack: [])

    private static func cell(
        _ verdict: Verdict, _ outcome: CellExpectation.Outcome? = nil, finding: String? = nil, id: String = "c"
    ) -> CellRecord {
        var cell = CellRecord(
            id: id, plan: "p", kernel: "debian:6.1", parameters: [:], started: Date(timeIntervalSince1970: 0),
            directory: "cells/\(id)")
        cell.bootSeconds = 5
        cell.cases = [
            CaseRecord(
                name: "a", step: 1, verdict: verdict, reason: verdict == .pass ? nil : "because", seconds: 1,
                findings: verdict == .fail || verdict == .known ? [warning] : [])
        ]
        cell.expected = outcome.map { CellExpectation($0, finding: finding, source: "m:1:1") }
        cell.conclude()
        return cell
    }

    private static func run(_ cells: [CellRecord], interruption: String? = nil) -> RunRecord {
        var run = RunRecord(id: "r", vmharness: "0", command: [], started: Date(timeIntervalSince1970: 0))
        run.cells = cells
        run.ended = run.started
        run.interruption = interruption
        run.conclude(isWhole: interruption == nil)
        return run
    }

    @Test(
        arguments: [
            (Verdict.fail, CellExpectation.Outcome.fail, nil, true), (.known, .fail, nil, true),
            (.pass, .fail, nil, false),
            (.flaky, .fail, nil, false), (.fail, .fail, "WARNING in f", true), (.fail, .fail, "WARNING in g", false),
            (.pass, .pass, nil, true), (.fail, .pass, nil, false), (.known, .pass, nil, false),
            (.flaky, .pass, nil, false),
            (.known, .known, nil, true), (.fail, .known, nil, false), (.pass, .known, nil, false),
            (.skip, .skip, nil, true), (.pass, .skip, nil, false),
            // Nothing was shown.
            (.error, .fail, nil, nil), (.error, .pass, nil, nil), (.skip, .fail, nil, nil), (.skip, .pass, nil, nil),
        ] as [(Verdict, CellExpectation.Outcome, String?, Bool?)])
    func whatMeetsIt(verdict: Verdict, outcome: CellExpectation.Outcome, finding: String?, isMet: Bool?) {
        let cell = Self.cell(verdict, outcome, finding: finding)
        #expect(cell.expected?.isMet == isMet)
        // A verdict says what the kernel did, whatever was expected.
        #expect(cell.verdict == verdict)
        #expect(cell.weight == (isMet.map { $0 ? .pass : .fail } ?? verdict))
    }

    /// A case of a cell, by what the kernel or a step says in it.
    private static func record(
        _ name: String, _ titles: [String] = [], verdict: Verdict? = nil, guest: Int = 1
    ) -> CaseRecord {
        var record = CaseRecord(
            name: name, step: name == "boot" ? nil : 1, guest: guest,
            verdict: verdict ?? (titles.isEmpty ? .pass : .fail),
            seconds: 1)
        record.findings = titles.map { title in
            let isStep = title.hasPrefix("not ok")
            let kind = isStep ? "test-failed" : title.hasPrefix("hang") ? "hang" : "warning"
            return Finding(source: isStep ? .step : .console, severity: .failure, kind: kind, title: title)
        }
        return record
    }

    private static let wanted = record("b", ["WARNING in f", "hang in g"])

    @Test(
        "What fails beside what was expected is not excused",
        arguments: [
            // What is said in the same case belongs to it, and what did not run after it has not failed.
            ([wanted, record("c", verdict: .skip)], true, true), ([record("a"), wanted, record("c")], true, true),
            ([wanted, record("c", ["KASAN: use-after-free in foo"])], false, false),
            ([record("a", ["KASAN: use-after-free in foo"]), wanted], false, false),
            ([wanted, record("kmsg", ["WARNING in f", "KASAN: use-after-free in foo"])], true, true),
            // The guest hangs on in what follows; another guest must not.
            ([wanted, record("c", ["hang in h"])], true, true),
            ([wanted, record("c", ["hang in h"], guest: 2)], false, false),
            ([record("a", ["hang in h"]), wanted], false, false),
            ([wanted, record("c", ["hang in g"], guest: 2)], true, true),
            // What our side broke was not seen.
            ([wanted, record("c", verdict: .error)], false, false),
            ([wanted, record("c", ["WARNING in y"], verdict: .known)], true, true),
            // The checks of a plan that fail by one bug.
            ([record("a", ["not ok: a"]), wanted], false, true), ([wanted, record("c", verdict: .fail)], false, true),
            ([record("c", ["WARNING in y"])], false, false),
        ] as [([CaseRecord], Bool, Bool)])
    func whatFailsBeside(cases: [CaseRecord], isMet: Bool, isMetForCalibration: Bool) {
        for (isOfCalibration, isMet) in [(nil, isMet), (true, isMetForCalibration)] {
            var cell = Self.cell(.fail)
            cell.cases = cases
            cell.expected = CellExpectation(
                .fail, finding: "WARNING in f", isOfCalibration: isOfCalibration, source: "m:1:1")
            cell.conclude()
            #expect(cell.verdict == .fail && cell.expected?.isMet == isMet, "\(isOfCalibration as Bool?)")
            let isQuiet = JUnitReport(Self.run([cell])).text.contains(#"failures="0""#)
            #expect(isQuiet == isMet)
        }
    }

    @Test func aKernelThatDoesNotComeUpHasNotFailedAsAPlanMust() {
        var cell = Self.cell(.fail, .fail)
        cell.bootSeconds = nil
        cell.conclude()
        #expect(cell.expected?.isMet == false)
        // Unless that is what is looked for.
        cell.expected?.finding = "WARNING in f"
        cell.conclude()
        #expect(cell.expected?.isMet == true)
        // Nor if a later guest of it does not.
        var later = Self.cell(.fail, .fail)
        later.cases = [Self.wanted, Self.record("boot", ["hang during boot"], guest: 2)]
        later.guests = [GuestRecord(number: 1), GuestRecord(number: 2)]
        later.guests?[0].bootSeconds = 5
        later.conclude()
        #expect(later.expected?.isMet == false)
        later.guests?[1].bootSeconds = 5
        later.conclude()
        #expect(later.expected?.isMet == true)
        // Without a finding any will do, but none of our side's.
        later.cases.append(Self.record("c", verdict: .error))
        later.conclude()
        #expect(later.expected?.isMet == false)
    }

    @Test(
        arguments: [
            ([[wanted], [record("b", ["WARNING in f"])]], true), ([[record("b", ["WARNING in y"])], [wanted]], false),
            ([[wanted], [record("b", ["WARNING in y"])]], false), ([[record("b", verdict: .error)], [wanted]], true),
        ] as [([[CaseRecord]], Bool)])
    func eachAttemptThatFailsMustFailSo(attempts: [[CaseRecord]], isMet: Bool) {
        var cell = Self.cell(.fail, .fail, finding: "WARNING in f")
        cell.attempts = attempts.enumerated().map { index, cases in
            var attempt = cell
            (attempt.cases, attempt.isComplete) = (cases, true)
            attempt.conclude()
            return AttemptRecord(index + 1, attempt)
        }
        cell.mergeAttempts()
        #expect(cell.verdict == .fail && cell.expected?.isMet == isMet)
    }

    @Test(
        arguments: [
            ([(.fail, .fail), (.pass, .pass)], .fail, 0), ([(.fail, .fail), (.fail, nil)], .fail, 1),
            ([(.pass, .fail), (.pass, .pass)], .pass, 1), ([(.fail, .fail), (.error, .pass)], .fail, 3),
            ([(.error, .fail), (.pass, .fail)], .error, 1), ([(.fail, .fail), (.skip, .pass)], .fail, 0),
            ([(.fail, nil)], .fail, 1), ([(.pass, nil), (.known, nil)], .known, 0),
        ] as [([(Verdict, CellExpectation.Outcome?)], Verdict, Int32)])
    func theRunWeighsWhatItsCellsWeigh(
        cells: [(Verdict, CellExpectation.Outcome?)], verdict: Verdict, status: Int32
    ) {
        let run = Self.run(cells.enumerated().map { Self.cell($1.0, $1.1, id: "c\($0)") })
        #expect(run.verdict == verdict)
        #expect(run.exitStatus == status)
    }

    @Test func anInterruptedRunIsNoSuccess() {
        #expect(Self.run([Self.cell(.fail, .fail)], interruption: "SIGINT").exitStatus == 3)
        #expect(Self.run([Self.cell(.pass, .fail)], interruption: "SIGINT").exitStatus == 1)
    }

    @Test func wordsForPeople() {
        #expect(Self.run([Self.cell(.fail, .fail)]).standing == "fail, as expected")
        #expect(Self.run([Self.cell(.pass, .fail)]).standing == "pass, 1 not as expected")
        #expect(Self.run([Self.cell(.fail)]).standing == "fail")
        #expect(Self.cell(.pass, .fail, finding: "x").expectationWords == "not as expected: must fail with 'x'")
    }

    /// A CI must not fail over a machine that has nothing to do; and nothing is proved either.
    @Test func aShardWithoutCellsIsSkipped() {
        func run(_ shard: MatrixRecord.Shard?, asked: [AskedCell], isWhole: Bool = true) -> RunRecord {
            var run = RunRecord(
                id: "r", vmharness: "0", command: [], asked: asked, started: Date(timeIntervalSince1970: 0))
            run.matrix = MatrixRecord(name: "m", file: "/m", digest: "d", cells: 5, shard: shard)
            run.conclude(isWhole: isWhole)
            return run
        }
        let shard = MatrixRecord.Shard(number: 2, count: 9)
        #expect(run(shard, asked: []).verdict == .skip && run(shard, asked: []).exitStatus == 0)
        #expect(run(shard, asked: [], isWhole: false).exitStatus == 3)
        // Cells that were asked for and did not run are another matter.
        #expect(run(shard, asked: [AskedCell(id: "c", plan: "/p", kernel: "k", parameters: [:])]).exitStatus == 3)
        #expect(run(nil, asked: []).exitStatus == 3)
    }

    // MARK: Elsewhere

    @Test func aComparisonTakesAnExpectedFailureForKnown() {
        func compare(_ before: CellRecord, _ after: CellRecord) -> RunComparison {
            RunComparison(RunOutcomes(Self.run([before])), RunOutcomes(Self.run([after])))
        }
        #expect(compare(Self.cell(.pass), Self.cell(.fail, .fail)).exitStatus == 0)
        #expect(compare(Self.cell(.fail, .fail), Self.cell(.fail, .fail)).changes.isEmpty)
        #expect(compare(Self.cell(.fail, .fail), Self.cell(.pass, .fail)).changes(.fixed).count == 1)
        #expect(compare(Self.cell(.fail, .fail), Self.cell(.fail, .fail, finding: "another")).exitStatus == 1)
        #expect(compare(Self.cell(.pass), Self.cell(.fail, .pass)).exitStatus == 1)
        // A failure that does not come any more where it must.
        let missing = compare(Self.cell(.fail, .fail), Self.cell(.pass, .fail))
        #expect(missing.exitStatus == 1 && missing.unmet.map(\.cell) == ["c"])
        #expect(missing.counts.contains("1 not as expected any more"))
        #expect(compare(Self.cell(.pass, .fail), Self.cell(.pass, .fail)).exitStatus == 0)
    }

    @Test func aComparisonSeesWhatComesBesideAnExpectedFailure() {
        func cell(_ cases: CaseRecord...) -> RunOutcomes {
            var cell = Self.cell(.fail, .fail, finding: "WARNING in f")
            cell.cases = cases
            cell.conclude()
            #expect(cell.expected?.isMet == true)
            return RunOutcomes(Self.run([cell]))
        }
        let before = cell(Self.record("a"), Self.wanted)
        let both = RunComparison(before, cell(Self.record("a"), Self.record("b", ["WARNING in f", "KASAN in foo"])))
        #expect(both.changes.map(\.kind) == [.new] && both.exitStatus == 1)
        #expect(both.changes.first?.failures.map(\.title) == ["KASAN in foo"])
        // The same failure elsewhere is none, and where the guest hangs is chance.
        let moved = RunComparison(
            before, cell(Self.record("a", ["WARNING in f"]), Self.record("b", ["WARNING in f", "hang in z"])))
        #expect(moved.changes(.new).isEmpty && moved.exitStatus == 0)
    }

    @Test func reportsOfReadersWhoKnowOfCasesAlone() {
        let met = Self.run([Self.cell(.fail, .fail)])
        #expect(JUnitReport(met).text.contains(#"failures="0" errors="0" skipped="1""#))
        #expect(JUnitReport(met).text.contains("expected (must fail): because"))
        #expect(KTAPReport(met).text.contains("    not ok 1 a # XFAIL expected (must fail): because"))
        #expect(KTAPReport(met).text.contains("\nnot ok 1 c # XFAIL"))

        let unmet = Self.run([Self.cell(.pass, .fail)])
        #expect(JUnitReport(unmet).text.contains(#"tests="2" failures="1""#))
        #expect(JUnitReport(unmet).text.contains(#"name="expectation""#))
        #expect(KTAPReport(unmet).text.contains("    1..2\n"))
        #expect(KTAPReport(unmet).text.contains("    not ok 2 expectation"))
        #expect(KTAPReport(unmet).text.contains("\nnot ok 1 c\n"))

        // Where a case fails as it must not, that is enough.
        let wrong = Self.run([Self.cell(.fail, .pass)])
        #expect(JUnitReport(wrong).text.contains(#"tests="1" failures="1""#))
    }

    @Test func pagesShowTheWeightInColourAndTheVerdictInWords() {
        let met = RunReport(Self.run([Self.cell(.fail, .fail)]))
        #expect(MarkdownSummary(met).text.hasPrefix("## ✅ `r`: fail, as expected"))
        #expect(MarkdownSummary(met).text.contains("| ✅ fail as expected |"))
        #expect(!MarkdownSummary(met).text.contains("<details>"))
        #expect(
            HTMLReport(met).text.contains(
                ##"<td class="pass" style="--share:100%"><a href="#cell-0">fail as expected"##))

        let unmet = RunReport(Self.run([Self.cell(.pass, .fail)]))
        #expect(MarkdownSummary(unmet).text.contains("- `c`: pass, `not as expected: must fail`"))
        #expect(HTMLReport(unmet).text.contains("pass not as expected"))
    }

    @Test func theRecordKeepsIt() throws {
        var run = Self.run([Self.cell(.fail, .fail, finding: "WARNING")])
        run.matrix = MatrixRecord(
            name: "m", file: "/m", digest: "d", cells: 2, shard: MatrixRecord.Shard(number: 1, count: 2))
        #expect(try RunRecord(json: run.json()) == run)
    }
}
