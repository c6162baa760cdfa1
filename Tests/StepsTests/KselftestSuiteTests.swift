import Foundation
import HostProcess
import Kselftest
import RunRecord
import SystemPackage
import TestPlan
import Testing

@testable import Steps

@Suite("What comes of a selftest")
struct KselftestSuiteTests {
    private func run(_ text: String, status: Int = 0, limit: Int = 1 << 20) -> KselftestRun {
        KselftestRun(
            CommandResult(
                termination: .exited(status), output: Array(text.utf8), errorOutput: [], isTruncated: false),
            limit: limit)
    }

    @Test("the plan's choice, what it leaves out, and lines of the list that name no test")
    func cases() throws {
        let list = try KselftestList("a:one\na:two\nwords in between\n")
        let cases = try KselftestSuite.cases(of: list, KselftestRequest(tree: "/t", excludedTests: ["a:two"]))
        #expect(cases.map(\.name) == ["a:one", "a:two", "words in between"])
        #expect(cases.map { $0.skip != nil } == [false, true, true])
        #expect(try KselftestSuite.cases(of: list, KselftestRequest(tests: ["a:one"])).count == 1)
    }

    @Test("the line of ours is no output, and `settings` are only told")
    func head() {
        let ended = run("@ran 1 0\nexpected 3\n")
        #expect(ended.ending == .ended(1))
        #expect(String(decoding: ended.output, as: UTF8.self) == "expected 3\n")
        #expect(ended.note == "status 1; run_kselftest.sh has no limit for it")
        #expect(run("@ran 0 \n").runnersLimit == 45)
        #expect(ended.judge("a:b").verdict == .fail)
        #expect(ended.judge("a:b").reason == "status 1")
    }

    @Test("what our side or the tree lacks is an error, and no failure of the kernel")
    func errors() {
        #expect(run("@absent\n").judge("a:b").verdict == .error)
        #expect(run("@unusable\n").judge("a:b").verdict == .error)
        #expect(run("", status: 2).judge("a:b").verdict == .error)
        let lacking = run(
            "@ran 127 \n./b: error while loading shared libraries: libnuma.so.1: cannot open shared object file: "
                + "No such file or directory\n"
        ).judge("a:b")
        #expect(lacking.verdict == .error)
        #expect(lacking.reason == "the guest's image lacks the library libnuma.so.1")
        #expect(run("@ran 127 \nsh: 1: foo: not found\n").judge("a:b").verdict == .fail)
    }

    @Test("a skip half-way is a skip, whatever was announced")
    func skips() {
        // ksft_exit_skip() after ksft_set_plan(), in 6.1's tools/testing/selftests/kselftest.h.
        let late = run("@ran 4 45\nTAP version 13\n1..5\nok 1 first\nok 2 # SKIP no such device\n").judge("a:b")
        #expect(late.verdict == .skip)
        #expect(late.reason == "no such device")
        let early = run("@ran 4 45\nTAP version 13\n1..0 # SKIP please run as root\n").judge("a:b")
        #expect(early.verdict == .skip)
        #expect(early.reason == "please run as root")
        let failed = run("@ran 4 45\nTAP version 13\n1..2\nnot ok 1 first\nok 2 # SKIP rest\n").judge("a:b")
        #expect(failed.verdict == .fail)
    }

    /// kcmp_test of Debian's linux-source 6.1.192-2, which counts its results and reports none of them.
    @Test("a program's own totals stand for results that it does not report")
    func totals() {
        func kcmp(_ totals: String) -> SuiteResult {
            run(
                """
                @ran 0 45
                TAP version 13
                1..3
                pid1:    210 pid2:    211 FD:  2 FILES:  2 VM:  1 FS:  2 SIGHAND:  1 IO:  0 SYSVSEM:  0 INV: -1
                PASS: 0 returned as expected
                # Totals: \(totals)

                """
            ).judge("kcmp:kcmp_test")
        }
        #expect(kcmp("pass:3 fail:0 xfail:0 xpass:0 skip:0 error:0").verdict == .pass)
        let failed = kcmp("pass:2 fail:1 xfail:0 xpass:0 skip:0 error:0")
        #expect(failed.verdict == .fail)
        #expect(failed.reason == "it counts 1 of 3 results as failed, status 0")
        #expect(kcmp("pass:2 fail:0 xfail:0 xpass:0 skip:0 error:0").reason?.contains("announced") == true)
        #expect(kcmp("pass:-1 fail:99999999999999999999 xfail:0 xpass:0 skip:0 error:0").verdict == .fail)
    }

    @Test("a test that dies says by which signal, and how far it came")
    func signals() {
        let died = run("@ran 139 45\nTAP version 13\n1..3\nok 1 first\n").judge("a:b")
        #expect(died.verdict == .fail)
        #expect(died.reason == "3 results announced, 1 reported, status 139 (signal 11)")
        #expect(died.subcases.map(\.name) == ["first", "KTAP"])
    }

    @Test("where output was cut, what is in the rest is not known: that is no pass, and a failure stays one")
    func cut() {
        let cut = run("@ran 0 45\nTAP version 13\n1..3\nok 1 first\nok 2 second\nok 3 third\n", limit: 40).judge("a:b")
        #expect(cut.verdict == .error)
        #expect(cut.reason?.contains("what is in the rest is not known") == true)
        let failed = run("@ran 1 45\nTAP version 13\n1..3\nnot ok 1 first\nok 2 second\n", limit: 40).judge("a:b")
        #expect(failed.verdict == .fail)
    }

    @Test("names of files have no directories in them")
    func fileNames() throws {
        let test = try #require(KselftestCase("net/forwarding:router.sh"))
        #expect(KselftestSuite.fileName(of: test) == "net-forwarding:router.sh.log")
    }

    @Test("what a lost guest left of a case is its log")
    func resultFiles() throws {
        let suite = KselftestSuite(request: KselftestRequest(collections: ["a"]), timeout: .seconds(1))
        let files = try #require(suite.resultFiles(of: "a:one"))
        #expect(files.directory == "/kselftest")
        #expect(files.stem == "a:one.log")
        #expect(suite.resultFiles(of: "no case") == nil)
    }
}
