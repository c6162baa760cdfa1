import HostProcess
import RunRecord
import Testing

@testable import Steps

@Suite("What a program's output and status say of a case")
struct ProgramSuiteTests {
    private func result(_ text: String, status: Int, isTruncated: Bool = false) -> CommandResult {
        CommandResult(
            termination: .exited(status), output: Array(text.utf8), errorOutput: [], isTruncated: isTruncated)
    }

    private func judge(_ text: String, status: Int, isTruncated: Bool = false) -> SuiteResult {
        ProgramSuite.judge(result(text, status: status, isTruncated: isTruncated), name: "case")
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
        #expect(judge("1..99999999999999999999\n1..9\nok 1 - a\n", status: 0).verdict == .fail)
        let contradicted = judge("TAP version 13\n1..1\nok 1 - a\n", status: 3)
        #expect(contradicted.verdict == .fail)
        #expect(contradicted.reason == "status 3")
    }

    @Test("A case all of whose results are skipped is skipped with their reason")
    func allSkipped() {
        let result = judge("TAP version 13\n1..1\nok 1 - a # SKIP needs root\n", status: 0)
        #expect(result.verdict == .skip)
        #expect(result.reason == "needs root")
        let whole = judge("TAP version 13\n1..0 # SKIP no such device\n", status: 0)
        #expect(whole.verdict == .skip)
        #expect(whole.reason == "no such device")
    }

    @Test(
        "TAP needs neither a version line nor numbers",
        arguments: ["not ok 1 x", "1..2\nok 1 w\nnot ok 2 x", "not ok - x", "TAP version 13\nok - w\nnot ok x"])
    func plainTAP(text: String) {
        let judged = judge(text + "\n", status: 0)
        #expect(judged.verdict == .fail)
        #expect(judged.reason == "not ok: x")
    }

    @Test("What a program says besides is no TAP", arguments: ["1..100 rounds", "1...", "okay", "step: not ok 1 x"])
    func prose(text: String) {
        let judged = judge(text + "\n", status: 0)
        #expect(judged.verdict == .pass)
        #expect(judged.subcases.isEmpty)
    }

    @Test("A failure that the test itself expects is none, and is told")
    func expected() {
        let judged = judge("1..3\nnot ok 1 a # TODO later\nnot ok 2 b # XFAIL\nok 3 c # TODO done\n", status: 0)
        #expect(judged.verdict == .pass)
        #expect(judged.subcases.map(\.verdict) == [.known, .known, .pass])
        #expect(judged.subcases.map(\.reason) == ["later", "expected by the test", nil])
    }

    @Test("One expected failure alone is still told")
    func expectedAlone() {
        #expect(judge("1..1\nnot ok 1 a # XFAIL\n", status: 0).subcases.map(\.verdict) == [.known])
    }

    @Test("Output that was cut proves no pass, and excuses no failure")
    func cut() {
        #expect(judge("1..2\nok 1 a\n", status: 0, isTruncated: true).verdict == .error)
        let silent = judge("all well\n", status: 0, isTruncated: true)
        #expect(silent.reason?.hasPrefix("it printed more than 4 MiB") == true)
        #expect(judge("1..2\nnot ok 1 a\n", status: 0, isTruncated: true).reason == "not ok: a")
        let whole = Steps.judge(result("1..2\nok 1 a\n", status: 0, isTruncated: true), limit: 16 << 20)
        #expect(whole.cases.map(\.verdict) == [.pass, .error])
    }

    @Test("Results that are too many to be kept are counted, and a failure among them is one")
    func tooMany() {
        let many = (1...10_000).map { "ok \($0) a\n" }.joined()
        #expect(judge(many, status: 0).verdict == .pass)
        #expect(judge(many + "not ok 10001 z\n", status: 0).verdict == .fail)
        let more = Steps.judge(result(many + "ok 10001 z\n", status: 0), limit: 16 << 20)
        #expect(more.cases.last?.verdict == .error)
        #expect(more.cases.last?.reason == "10000 results are kept, and 1 more were reported, 0 of them not ok")
    }
}
