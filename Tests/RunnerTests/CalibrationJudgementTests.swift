import Foundation
import RunRecord
import TestPlan
import Testing

@testable import Runner

@Suite struct CalibrationJudgementTests {
    @Test func holdsWhenBothSidesAreSeen() throws {
        let judgements = CalibrationJudgement.judge(try plan(), run(old: .fail, "WARNING in __alloc_pages", new: .pass))
        #expect(judgements.map(\.holds) == [true, true])
        #expect(CalibrationJudgement.exitStatus(judgements, run(old: .fail, "", new: .pass)) == 0)
    }

    @Test func aFailureOfAnotherKindIsNoCalibration() throws {
        let run = run(old: .fail, "hang in request_wait_answer", new: .pass)
        let judgements = CalibrationJudgement.judge(try plan(), run)
        #expect(judgements.map(\.holds) == [false, true])
        #expect(judgements[0].text.contains("but it failed with 'hang in request_wait_answer'"))
        #expect(CalibrationJudgement.exitStatus(judgements, run) == 1)
    }

    /// A second bug must not hide behind the first, but a plan's other checks may fail by the same.
    @Test func anotherReportOfTheKernelIsNoCalibration() throws {
        for (source, holds) in [(Finding.Source.step, true), (.console, false)] {
            var run = run(old: .fail, "WARNING in __alloc_pages", new: .pass)
            run.cells[0].cases.append(
                CaseRecord(
                    name: "later", verdict: .fail, seconds: 1,
                    findings: [Finding(source: source, severity: .failure, kind: "kasan", title: "KASAN in f")]))
            #expect(CalibrationJudgement.judge(try plan(), run).map(\.holds) == [holds, true])
        }
    }

    @Test func ourOwnErrorIsNotTheKernels() throws {
        let run = run(old: .fail, "WARNING in __alloc_pages", new: .error)
        let judgements = CalibrationJudgement.judge(try plan(), run)
        #expect(judgements.map(\.holds) == [true, false])
        #expect(CalibrationJudgement.exitStatus(judgements, run) == 3)
    }

    /// A known issue is one that was seen failing.
    @Test func whatIsKnownHasFailed() throws {
        let run = run(old: .known, "WARNING in __alloc_pages", new: .pass)
        let judgements = CalibrationJudgement.judge(try plan(), run)
        #expect(judgements.map(\.holds) == [true, true])
    }

    /// A plan may do without something that this host has not; then it is not shown, and not refuted either.
    @Test func whatIsSkippedIsNotShown() throws {
        var half = run(old: .fail, "WARNING in __alloc_pages", new: .skip)
        half.cells[1].reason = "no tree"
        let judgements = CalibrationJudgement.judge(try plan(), half)
        #expect(judgements[1].text == "not shown: debian:6.12 must pass, but it ended as skip: no tree")
        #expect(CalibrationJudgement.exitStatus(judgements, half) == 0)
        let nothing = run(old: .skip, "", new: .skip)
        #expect(CalibrationJudgement.exitStatus(CalibrationJudgement.judge(try plan(), nothing), nothing) == 1)
    }

    /// The same kernel fails with the mutation and passes without: neither cell may be taken for the other.
    @Test func aMutationIsJudgedByItsOwnCells() throws {
        var plan = try plan()
        plan.calibration.fails[0].mutation = "m"
        plan.calibration.fails[0].finding = nil
        plan.calibration.passes[0].kernel = plan.calibration.fails[0].kernel
        var run = run(old: .fail, "x", new: .pass)
        run.cells[0].mutation = "m"
        run.cells[1].kernel = run.cells[0].kernel
        let judgements = CalibrationJudgement.judge(plan, run)
        #expect(judgements.map(\.holds) == [true, true])
        #expect(judgements.map(\.kernel) == ["debian:6.1, mutate=m", "debian:6.1"])
        run.cells[0].mutation = nil
        #expect(CalibrationJudgement.judge(plan, run)[0].text.contains("but it did not run"))
    }

    private func plan() throws -> TestPlan {
        try TestPlan.parse(
            Array(
                """
                name: sample
                summary: A plan to judge
                steps:
                  - run: {command: [uname]}
                calibration:
                  fails: [{kernel: "debian:6.1", finding: "WARNING in __alloc_pages"}]
                  passes: [{kernel: "debian:6.12"}]
                """.utf8), file: "sample/plan.yaml", directory: "sample")
    }

    private func run(old: Verdict, _ title: String, new: Verdict) -> RunRecord {
        var run = RunRecord(id: "r", vmharness: "0", command: [], started: Date())
        for (kernel, verdict) in [("debian:6.1", old), ("debian:6.12", new)] {
            var cell = CellRecord(
                id: kernel, plan: "sample", kernel: kernel, parameters: [:], started: Date(), directory: "cells/x")
            let finding = Finding(source: .console, severity: .failure, kind: "warning", title: title)
            cell.cases = [
                CaseRecord(
                    name: "run", verdict: verdict, seconds: 1,
                    findings: [.fail, .known].contains(verdict) ? [finding] : [])
            ]
            cell.bootSeconds = 5
            cell.conclude()
            run.cells.append(cell)
        }
        return run
    }
}
