import Foundation
import RunRecord
import Steps
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

    private func warned(_ outcome: Verdict?, _ more: [Finding] = []) -> CaseRecord {
        var record = failure("a", "WARNING in f")
        record.findings += more
        record.outcome = outcome
        return record
    }

    /// It failed by itself, and would have without the warning.
    @Test func aSuitesOwnFailureIsToldBesideTheKernels() throws {
        let warning = warned(.fail).findings
        var result = SuiteResult(name: "a", verdict: .fail, reason: "output mismatch")
        let own = try #require(result.ownFailure(beside: warning))
        #expect(own.kind == "test-failed" && own.detail == ["output mismatch"])
        let issues = try issue("- {title: WARNING in f, reason: r}")
        #expect(settled(issues, [warned(.fail, [own])]).verdict == .fail)
        // Not twice.
        #expect(result.ownFailure(beside: [own]) == nil)
        // fstests fails a case for the warning itself.
        result.isOfKernelLog = true
        #expect(result.ownFailure(beside: warning) == nil && result.ownFailure(beside: []) != nil)
        result.isOfKernelLog = false
        result.subcases = [StepCase(name: "x", verdict: .fail)]
        #expect(result.ownFailure(beside: warning) == nil)
    }

    @Test func whatBrokeOnOurSideIsNeverKnown() throws {
        let issues = try issue("- {title: WARNING in f, reason: r}")
        let died = Finding(source: .qemu, severity: .trouble, kind: "qemu-died", title: "QEMU ended")
        #expect(settled(issues, [warned(.pass)]).verdict == .known)
        #expect(settled(issues, [warned(.pass, [died])]).verdict == .fail)
        #expect(settled(issues, [warned(.error)]).verdict == .fail)
        // The kernel's own end is not ours.
        let panic = Finding(source: .qemu, severity: .notice, kind: "panic-event", title: "kernel panic (pvpanic)")
        #expect(settled(issues, [warned(.error, [panic])]).verdict == .known)
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

    private func issue(_ text: String) throws -> [KnownIssue] {
        try KnownIssueFile.parse(Array(text.utf8), file: "known-issues.yaml")
    }

    private func settled(
        _ issues: [KnownIssue], kernel: String = "debian:6.1", version: String = "6.1.192-2", _ cases: [CaseRecord]
    ) -> CellRecord {
        var cell = CellRecord(
            id: "c", plan: "sample", kernel: kernel, parameters: [:], started: Date(), directory: "c")
        cell.environment = EnvironmentRecord(
            backend: "qemu", accelerator: .init(used: "tcg", asked: "auto", reason: ""), qemu: "", command: [],
            memory: 1, cpus: 1, memoryBacking: "",
            kernel: .init(release: "6.1.0-56-amd64", version: version, digest: "", packages: [], notes: []),
            commandLine: "", image: "", initSystem: "fast", shares: [], host: .init(kernel: "", cpus: 1), notes: [])
        cell.cases = cases
        cell.settle(issues, today: "2026-11-21")
        cell.conclude()
        return cell
    }

    private func failure(_ name: String, _ titles: String...) -> CaseRecord {
        CaseRecord(
            name: name, verdict: .fail, seconds: 1,
            findings: titles.map { Finding(source: .console, severity: .failure, kind: "warning", title: $0) })
    }

    @Test func anIssueOverAllPlansIsKnownWhereItClaims() throws {
        let issues = try issue(
            "- {title: WARNING in f, kernels: \">=6.1 <6.2\", case: insert, reason: r, link: 'https://e.org'}")
        let known = settled(issues, [failure("insert", "WARNING in f")])
        #expect(known.verdict == .known)
        #expect(known.cases[0].known?.map(\.text) == ["r (https://e.org)"])
        #expect(known.cases[0].known?.first?.isPresent == true)
        #expect(settled(issues, version: "6.12.9", [failure("insert", "WARNING in f")]).verdict == .fail)
        #expect(settled(issues, [failure("remove", "WARNING in f")]).verdict == .fail)
        #expect(settled(issues, [failure("insert", "WARNING in g")]).verdict == .fail)
    }

    /// `6.1.0-56-amd64` is every 6.1 of Debian's; a kernel of a tree says what it is.
    @Test func aDebianReleaseAloneIsInNoRange() throws {
        for range in ["<6.1.50", ">=6.1"] {
            let issues = try issue("- {title: in f, kernels: \"\(range)\", reason: r}")
            #expect(settled(issues, kernel: "host", version: "", [failure("a", "in f")]).verdict == .fail)
        }
        #expect(KernelVersion(package: "6.1.192-2", release: "6.1.0-56-amd64")?.numbers == [6, 1, 192])
        #expect(KernelVersion(package: "", release: "6.1.0-0.deb11.5-amd64") == nil)
        #expect(KernelVersion(package: "", release: "6.12.95+deb13-amd64")?.numbers == [6, 12, 95])
        #expect(KernelVersion(package: "", release: "6.13.0-rc4-00010-gabcdef")?.numbers == [6, 13, 0])
        #expect(KernelVersion(package: "", release: "6.13.0-00010-gabcdef")?.numbers == [6, 13, 0])
    }

    @Test func twoIssuesAtOnceAreKnownTogether() throws {
        let issues = try issue("- {title: in f, reason: one}\n- {title: in g, reason: two}")
        let cell = settled(issues, [failure("a", "WARNING in f", "WARNING in g")])
        #expect(cell.verdict == .known)
        #expect(cell.reason == "one; two")
        #expect(settled(issues, [failure("a", "WARNING in f", "WARNING in h")]).verdict == .fail)
    }

    @Test func anExpiredIssueExcusesNothingAndIsSaid() throws {
        let issues = try issue("- {title: in f, reason: old, expires: 2026-11-21}")
        let cell = settled(issues, [failure("a", "WARNING in f")])
        #expect(cell.verdict == .fail)
        #expect(
            cell.environment?.notes.contains { $0.contains("expired") && $0.contains("known-issues.yaml:1:3") } == true)
        #expect(
            try settled(issue("- {title: in f, reason: r, expires: 2026-11-22}"), [failure("a", "in f")]).verdict
                == .known)
    }

    /// The case that it names tells of it, whatever else failed; one for all plans claims nothing of this one.
    @Test func anIssueThatDoesNotMatchAnyMoreIsSaid() throws {
        let passed = CaseRecord(name: "insert", verdict: .pass, seconds: 1)
        let named = try issue("- {plan: sample, case: insert, title: in f, kernels: \"<6.2\", reason: r}")
        let cell = settled(named, [passed, failure("other", "x")])
        #expect(cell.cases.last?.known?.first?.isPresent == false)
        #expect(cell.cases.last?.findings.first?.title == "a known issue was not seen: r")
        #expect(settled(named, version: "6.12.9", [passed]).cases.count == 1)
        #expect(settled(named, [failure("insert", "x")]).cases.count == 1)
        #expect(settled(named, [failure("other", "x")]).cases.count == 1)
        #expect(try settled(issue("- {title: in f, reason: r}"), [passed]).cases.count == 1)
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
