import Foundation
import KernelLog
import RunRecord
import Testing

@Suite struct VerdictTests {
    @Test(
        arguments: [
            ([.pass, .pass], .pass), ([.pass, .skip], .pass), ([.skip, .skip], .skip), ([.pass, .fail], .fail),
            ([.error, .pass], .error), ([.error, .fail], .fail), ([.known, .pass], .known), ([.flaky, .known], .flaky),
            ([.flaky, .error], .error), ([], .error),
        ] as [([Verdict], Verdict)])
    func overSeveral(verdicts: [Verdict], expected: Verdict) {
        #expect(Verdict.over(verdicts) == expected)
    }

    @Test(arguments: zip(Verdict.allCases, [0, 1, 0, 1, 0, 3] as [Int32]))
    func exitStatus(verdict: Verdict, status: Int32) {
        #expect(verdict.exitStatus == status)
    }

    /// What was seen, was seen on another kernel than the one asked for.
    @Test func aKernelThatWasNotMutatedDecidesAlone() {
        var cell = CellRecord(
            id: "p@k", plan: "p", kernel: "debian:6.1", mutation: "m", parameters: [:], started: Date(), directory: "d")
        #expect(cell.testedKernel == "debian:6.1,mutate=m")
        cell.cases = [
            CaseRecord(name: "a", step: 1, verdict: .fail, reason: "no", seconds: 1),
            CaseRecord(name: CellRecord.mutationCase, verdict: .error, reason: "never loaded", seconds: 0),
        ]
        cell.conclude()
        #expect(cell.verdict == .error)
        #expect(cell.reason == "never loaded")
        // A case of the plan's own may be called so.
        cell.cases[1].step = 2
        cell.conclude()
        #expect(cell.verdict == .fail)
    }

    @Test func kernelEvidenceOutweighsOurTrouble() {
        let warning = finding(.failure)
        let dead = finding(.trouble)
        #expect(CaseRecord.verdict(of: .pass, with: []) == .pass)
        #expect(CaseRecord.verdict(of: .pass, with: [warning]) == .fail)
        #expect(CaseRecord.verdict(of: .pass, with: [dead]) == .error)
        #expect(CaseRecord.verdict(of: .error, with: [warning, dead]) == .fail)
        #expect(CaseRecord.verdict(of: .pass, with: [finding(.notice)]) == .pass)
    }

    @Test func cellTakesTheReasonOfTheCaseThatDecided() {
        var cell = CellRecord(
            id: "p@k", plan: "p", kernel: "k", parameters: [:], started: Date(timeIntervalSince1970: 0),
            directory: "cells/p@k")
        cell.cases = [
            CaseRecord(name: "a", verdict: .skip, reason: "not here", seconds: 0),
            CaseRecord(name: "b", verdict: .fail, reason: "it hung", seconds: 30),
        ]
        cell.conclude()
        #expect(cell.verdict == .fail)
        #expect(cell.reason == "it hung")
    }

    @Test func aCellWithoutCasesIsAnError() {
        var cell = CellRecord(
            id: "p@k", plan: "p", kernel: "k", parameters: [:], started: Date(), directory: "cells/p@k")
        cell.conclude()
        #expect(cell.verdict == .error)
    }

    @Test func documentSurvivesARoundTrip() throws {
        var run = RunRecord(
            id: "20261121-100000-abcd", vmharness: "0.1.0", command: ["vmharness", "run", "p"],
            started: Date(timeIntervalSince1970: 1_795_000_000))
        var cell = CellRecord(
            id: "p@k", plan: "p", kernel: "k", parameters: ["size": "10MiB"],
            started: Date(timeIntervalSince1970: 1_795_000_000), directory: "cells/p@k")
        cell.cases = [CaseRecord(name: "a", verdict: .fail, reason: "no", seconds: 1.5, findings: [finding(.failure)])]
        cell.conclude()
        run.cells = [cell]
        #expect(try RunRecord(json: run.json()) == run)
    }

    private func finding(_ severity: Finding.Severity) -> Finding {
        Finding(source: .console, severity: severity, kind: "warning", title: "WARNING in f")
    }
}
