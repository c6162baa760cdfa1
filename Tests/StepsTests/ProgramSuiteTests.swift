import HostProcess
import RunRecord
import Testing

@testable import Steps

@Suite("What a program's output and status say of a case")
struct ProgramSuiteTests {
    private func judge(_ text: String, status: Int) -> SuiteResult {
        let result = CommandResult(
            termination: .exited(status), output: Array(text.utf8), errorOutput: [], isTruncated: false)
        return ProgramSuite.judge(result, name: "case")
    }

    @Test("Without KTAP the status decides, and 4 is kselftest's word for a skip")
    func byStatus() {
        #expect(judge("all well\n", status: 0).verdict == .pass)
        #expect(judge("no such device\n", status: 4).verdict == .skip)
        #expect(judge("no such device\n", status: 4).reason == "no such device")
        let failed = judge("expected 3\ngot 4\n", status: 1)
        #expect(failed.verdict == .fail)
        #expect(failed.evidence == ["expected 3", "got 4"])
    }

    @Test("Nested results become subcases, and one that is not ok fails the case whatever the status says")
    func nested() {
        let text = """
            TAP version 14
            1..2
                # Subtest: inner
                1..2
                ok 1 - first
                # expected 1, got 2
                not ok 2 - second
            not ok 1 - inner
            ok 2 - outer # SKIP no hardware

            """
        let result = judge(text, status: 0)
        #expect(result.verdict == .fail)
        #expect(result.reason == "not ok: inner/second and 1 more")
        #expect(result.evidence == ["expected 1, got 2"])
        #expect(result.subcases.map(\.name) == ["inner/first", "inner/second", "inner", "outer"])
        #expect(result.subcases.last?.verdict == .skip)
    }

    @Test("Results that were announced and never came are no pass, nor is a status that contradicts them")
    func incomplete() {
        #expect(judge("TAP version 13\n1..3\nok 1 - a\n", status: 0).verdict == .fail)
        let contradicted = judge("TAP version 13\n1..1\nok 1 - a\n", status: 3)
        #expect(contradicted.verdict == .fail)
        #expect(contradicted.reason == "status 3")
    }

    @Test("A case all of whose results are skipped is skipped with their reason")
    func allSkipped() {
        let result = judge("TAP version 13\n1..1\nok 1 - a # SKIP needs root\n", status: 0)
        #expect(result.verdict == .skip)
        #expect(result.reason == "needs root")
    }
}
