import Foundation
import RunRecord
import Testing

@testable import Steps

/// Results in a kernel log, as KUnit and modules print them (Documentation/dev-tools/ktap.rst).
@Suite struct KTAPReaderTests {
    @Test func aModuleWithItsNameBeforeEachLine() {
        let cases = KTAPReader.cases(in: [
            "vmalloc_noio: loading out-of-tree module taints kernel.",
            "vmalloc_noio: KTAP version 1",
            "vmalloc_noio: 1..3",
            "vmalloc_noio: # 96 of 96 page-table pages may recurse",
            "vmalloc_noio: not ok 1 noio",
            "vmalloc_noio: ok 2 - nofs # SKIP no page table was allocated",
            "vmalloc_noio: ok 3 kernel",
        ])
        #expect(cases.map(\.name) == ["noio", "nofs", "kernel"])
        #expect(cases.map(\.verdict) == [.fail, .skip, .pass])
        #expect(cases.map(\.reason) == ["96 of 96 page-table pages may recurse", "no page table was allocated", nil])
    }

    @Test func nestedSuitesOfKUnit() {
        let cases = KTAPReader.cases(in: [
            "KTAP version 1", "1..1", "    KTAP version 1", "    # Subtest: list", "    # module: list_test",
            "    1..2",
            "    ok 1 list_init", "    # list_add: EXPECTATION FAILED at lib/list-test.c:42", "    not ok 2 list_add",
            "# list: pass:1 fail:1 skip:0 total:2", "not ok 1 list",
        ])
        #expect(cases.map(\.name) == ["list/list_init", "list/list_add", "list"])
        #expect(cases.map(\.verdict) == [.pass, .fail, .fail])
        #expect(cases[1].reason == "list_add: EXPECTATION FAILED at lib/list-test.c:42")
    }

    /// Debian's linux-source 6.12.117 with CONFIG_KUNIT_EXAMPLE_TEST=m, as `dmesg --raw` had it.
    @Test func whatTheExamplesOfKUnitPrint() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/kunit-example-6.12.txt")
        let cases = KTAPReader.cases(in: KernelLines(raw: try String(contentsOf: file, encoding: .utf8)).lines)
        #expect(cases.map(\.name).starts(with: ["example_init/example_init_test", "example_init"]))
        #expect(cases.last?.name == "example")
        // KUnit's own count: "Totals: pass:8 fail:0 skip:4 total:12", and a result each for parametrised test and suites.
        #expect(cases.count == 16)
        #expect(cases.count { $0.verdict == .skip } == 4 && cases.allSatisfy { [.pass, .skip].contains($0.verdict) })
        let skipped = try #require(cases.first { $0.name == "example/example_params_test/example value 3" })
        #expect(skipped.reason == "unsupported param value 3")
    }

    @Test func aKUnitThatIsDisabledHasTestedNothing() {
        let cases = KTAPReader.cases(in: ["KTAP version 1", "1..3", "kunit: disabled"])
        #expect(cases.map(\.verdict) == [.error])
        #expect(cases[0].reason?.contains("enable=1") == true)
    }

    /// A module that died half-way has not passed.
    @Test func whatWasAnnouncedAndNeverReportedIsAFailure() {
        let cases = KTAPReader.cases(in: ["m: KTAP version 1", "m: 1..2", "m: ok 1 first"])
        #expect(cases.map(\.verdict) == [.pass, .fail])
        #expect(cases[1].reason == "2 results announced, 1 reported")
    }

    @Test(arguments: [
        ["m: ok 1 without a version line"], ["EXT4-fs (vda): mounted filesystem: ok 1"],
        ["not ok 1 without a version line"],
        ["m: KTAP version 1", "ok computer"],
        [],
    ])
    func otherLinesAreNoResults(lines: [String]) {
        #expect(KTAPReader.cases(in: lines).isEmpty)
    }

    @Test func bailingOutIsAnErrorOfTheTest() {
        let cases = KTAPReader.cases(in: ["m: KTAP version 1", "m: Bail out! no tracepoint"])
        #expect(cases.map(\.verdict) == [.error])
        #expect(cases[0].reason == "Bail out! no tracepoint")
    }

    /// As `run_kselftest.sh` and 6.12's mm/run_vmtests.sh print what is inside a result.
    /// A test that cannot go on for want of something says so; what it had announced is no kernel's failure.
    @Test func whatIsMissingAfterBailingOutIsNoFailure() {
        let cases = KTAPReader.cases(
            in: ["KTAP version 1", "1..3", "ok 1 a", "Bail out! b: no such device"], from: .program)
        #expect(cases.map(\.verdict) == [.pass, .error])
        let failed = KTAPReader.cases(in: ["1..3", "not ok 1 a", "Bail out! no more"], from: .program)
        #expect(failed.map(\.verdict) == [.fail, .error])
    }

    @Test func resultsBehindAHashBelongToTheResultThatFollows() {
        let cases = KTAPReader.cases(in: [
            "TAP version 13", "1..2", "# selftests: mm: run_vmtests.sh", "# TAP version 13", "# # ----",
            "# # TAP version 13",
            "# # 1..1", "# # ok 1 Read same data", "# ok 1 hugepage-mmap", "# # TAP version 13", "# # 1..1",
            "# # # got 1", "# # not ok 1 Read same data", "# not ok 2 hugepage-shm # exit=1",
            "not ok 1 selftests: mm: run_vmtests.sh # exit=1", "# ok 1 is no result of a document",
            "ok 2 selftests: mm: other",
        ])
        #expect(
            cases.map(\.name) == [
                "selftests: mm: run_vmtests.sh/hugepage-mmap/Read same data",
                "selftests: mm: run_vmtests.sh/hugepage-mmap",
                "selftests: mm: run_vmtests.sh/hugepage-shm/Read same data",
                "selftests: mm: run_vmtests.sh/hugepage-shm", "selftests: mm: run_vmtests.sh",
                "selftests: mm: other",
            ])
        #expect(cases.map(\.verdict) == [.pass, .pass, .fail, .fail, .fail, .pass])
        #expect(cases[2].evidence == ["got 1"])
    }

    @Test func indentedResultsWithoutAnAnnouncementAreNamedByTheirParent() {
        let cases = KTAPReader.cases(in: [
            "KTAP version 1", "1..2", "    KTAP version 1", "    1..1", "        KTAP version 1", "        1..1",
            "        ok 1 leaf", "    ok 1 branch", "ok 1 tree", "    1..1", "    ok 1 leaf", "ok 2 other",
        ])
        #expect(cases.map(\.name) == ["tree/branch/leaf", "tree/branch", "tree", "other/leaf", "other"])
    }

    /// TAP 14 announces a subtest at the indentation of its parent.
    @Test func subtestsOfTAP14() {
        let cases = KTAPReader.cases(in: [
            "TAP version 14", "1..1", "# Subtest: inner", "    1..1", "    ok 1 - first", "ok 1 - inner",
        ])
        #expect(cases.map(\.name) == ["inner/first", "inner"])
    }

    @Test func failuresThatTheTestExpects() {
        let cases = KTAPReader.cases(in: [
            "TAP version 13", "1..4", "ok 1 a # XFAIL not in this mode  ", "not ok 2 b # TODO", "not ok 3 c # exit=1",
            "ok 4 d # TODO works already",
        ])
        #expect(cases.map(\.verdict) == [.known, .known, .fail, .pass])
        #expect(cases.map(\.reason) == ["not in this mode", "expected by the test", nil, nil])
    }
}
