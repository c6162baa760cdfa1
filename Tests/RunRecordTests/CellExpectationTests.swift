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
