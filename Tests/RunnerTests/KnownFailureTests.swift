import Foundation
import RunRecord
import TestPlan
import Testing

@testable import Runner

@Suite struct KnownFailureTests {
    @Test func aFailureOfAnIssueIsKnown() throws {
        let cell = try cell("pinned", [("scrub: status 3, expected 0", .failure), ("csum failed", .notice)])
        #expect(cell.verdict == .known)
        #expect(cell.verdict.exitStatus == 0)
        #expect(cell.reason == "Pinned pages are written (https://example.org/1); the step's words")
        #expect(cell.findings.count == 2)
    }

    @Test func aFailureBesidesItIsNotExcused() throws {
        let cell = try cell("pinned", [("scrub: status 3, expected 0", .failure), ("KASAN: use-after-free", .failure)])
        #expect(cell.verdict == .fail)
        #expect(cell.reason == "the step's words")
    }

    @Test func otherValuesOfTheParameterAreNotExcused() throws {
        let cell = try cell("control", [("scrub: status 3, expected 0", .failure)])
        #expect(cell.verdict == .fail)
    }

    /// A plan's other cases keep their verdicts, and outweigh what is known.
    @Test func anotherFailingCaseFailsTheCell() throws {
        let cell = try cell("pinned", [("scrub: status 3, expected 0", .failure)], others: [.fail])
        #expect(cell.cases.map(\.verdict) == [.known, .fail])
        #expect(cell.verdict == .fail)
    }

    /// A failure without a finding gives nothing to compare.
    @Test func aFailureThatSaysNothingIsNotExcused() throws {
        #expect(try cell("pinned", [], verdict: .fail).verdict == .fail)
    }

    @Test func anIssueThatIsNotSeenIsNoted() throws {
        let cell = try cell("pinned", [], verdict: .pass)
        #expect(cell.verdict == .pass)
        let notice = try #require(cell.findings.first)
        #expect(notice.severity == .notice)
        #expect(notice.title == "a known issue was not seen: Pinned pages are written (https://example.org/1)")
        #expect(notice.detail == ["if it is fixed, remove it from sample/plan.yaml:8:5"])
    }

    /// Neither a pass of other values nor a cell that did not come so far says that it is fixed.
    @Test(arguments: [("control", Verdict.pass), ("pinned", .error), ("pinned", .skip)])
    func nothingIsNotedOtherwise(mode: String, verdict: Verdict) throws {
        let cell = try cell(mode, [], verdict: verdict)
        #expect(cell.cases.count == 1)
        #expect(cell.verdict == verdict)
    }

    private func cell(
        _ mode: String, _ findings: [(String, Finding.Severity)], verdict: Verdict = .fail, others: [Verdict] = []
    ) throws -> CellRecord {
        let plan = try TestPlan.parse(
            Array(
                """
                name: sample
                summary: A plan with a known issue
                parameters:
                  mode: {values: [pinned, control]}
                steps:
                  - run: "true"
                known:
                  - with: {mode: pinned}
                    findings: ["read-back: status 1", "scrub: status 3"]
                    reason: Pinned pages are written
                    link: https://example.org/1
                """.utf8), file: "sample/plan.yaml", directory: "sample", settings: ["mode": mode])
        var cell = CellRecord(
            id: "c", plan: "sample", kernel: "debian:6.1", parameters: plan.values, started: Date(), directory: "c")
        cell.cases = [
            CaseRecord(
                name: "first", verdict: verdict, reason: verdict == .pass ? nil : "the step's words", seconds: 1,
                findings: findings.map { Finding(source: .step, severity: $0.1, kind: "step-failed", title: $0.0) })
        ]
        cell.cases += others.map { verdict in
            CaseRecord(
                name: "other", verdict: verdict, seconds: 1,
                findings: [Finding(source: .step, severity: .failure, kind: "step-failed", title: "other")])
        }
        cell.settle(plan.known)
        cell.conclude()
        return cell
    }
}
