import Fstests
import HostProcess
import RunRecord
import Testing

/// Verdicts from what `check` printed, the files and the xunit report.
struct CaseResultTests {
    private func checked(_ capture: String, _ name: String) throws -> CheckedCase {
        var output = CheckOutput()
        let events = output.read(try Fixture.bytes("\(capture)/check.stdout")) + output.finish()
        let all = events.compactMap { if case .ended(let ended) = $0, ended.name == name { ended } else { nil } }
        return try #require(all.last)
    }

    private func file(_ path: String) throws -> CaseFile {
        let bytes = try Fixture.bytes(path)
        return CaseFile(name: String(path.split(separator: "/").last ?? ""), bytes: bytes, size: bytes.count)
    }

    @Test("a failure tells its reasons in one sentence and shows the diff")
    func failure() throws {
        let report = try XUnitReport(try Fixture.bytes("pass-ext4/result-ext4.xml"))
        let result = CaseResult(
            try checked("pass-ext4", "generic/013"),
            files: [try file("pass-ext4/013.full"), try file("pass-ext4/013.out.bad")],
            report: report.results(of: "generic/013"))
        #expect(result.verdict == .fail)
        #expect(result.reason == "failed, exit status 1; output mismatch")
        #expect(!result.isOfKernelLog)
        #expect(result.evidence.contains { $0.hasPrefix("+    fsstress (count=1000) returned 0") })
        #expect(!result.evidence.contains { $0.hasPrefix("---") || $0.hasPrefix("(Run") })
        #expect(result.seconds == report.results(of: "generic/013").first?.seconds)
    }

    @Test("what the kernel said is evidence of a failure by dmesg")
    func dmesg() throws {
        let result = CaseResult(
            try checked("fail-dmesg", "generic/9002"), files: [try file("fail-dmesg/9002.dmesg")],
            report: try XUnitReport(try Fixture.bytes("fail-dmesg/result-ext4.xml")).results(of: "generic/9002"))
        #expect(result.verdict == .fail)
        #expect(result.reason == "_check_dmesg: something found in dmesg")
        #expect(result.isOfKernelLog)
        #expect(result.evidence.contains { $0.contains("WARNING: CPU: 0 PID: 1 at lab/injected.c:1") })
    }

    @Test("a case that did not run is a skip with the reason")
    func notRun() throws {
        let result = CaseResult(
            try checked("notrun", "generic/413"), files: [try file("notrun/413.notrun")],
            report: try XUnitReport(try Fixture.bytes("notrun/result-ext4.xml")).results(of: "generic/413"))
        #expect(result.verdict == .skip)
        #expect(result.reason == "mount /dev/vdd with dax failed")
        #expect(result.seconds == 3)
    }

    @Test("where the xunit report says otherwise it is an error with both")
    func contradiction() throws {
        let report = try XUnitReport(try Fixture.bytes("fail-dmesg/result-ext4.xml"))
        let passed = CheckedCase(name: "generic/9002", status: .pass, seconds: 7)
        let result = CaseResult(passed, report: report.results(of: "generic/9002"))
        #expect(result.verdict == .error)
        #expect(result.reason == "check says pass, its xunit report says fail")
        #expect(result.evidence.contains { $0.hasPrefix("xunit: fail: _check_dmesg") })
        let bad = CaseResult(passed, files: [CaseFile(name: "9002.out.bad", bytes: [], size: 0)])
        #expect(bad.verdict == .error)
    }

    @Test("a pass and its entry agree")
    func agreement() throws {
        let report = try XUnitReport(try Fixture.bytes("pass-xfs/result-xfs.xml"))
        let result = CaseResult(
            try checked("pass-xfs", "generic/020"), report: report.results(of: "generic/020"))
        #expect(result == CaseResult(CheckedCase(name: "generic/020", status: .pass, seconds: 210)))
    }

    @Test("reruns stand in the report once each, and the last counts")
    func reruns() throws {
        let report = try XUnitReport(try Fixture.bytes("flaky-L3/result-ext4.xml"))
        #expect(report.results(of: "generic/9003").map(\.status) == [.fail, .pass, .fail, .pass])
        let result = CaseResult(
            try checked("flaky-L3", "generic/9003"), report: report.results(of: "generic/9003"))
        #expect(result.verdict == .pass)
    }

    @Test("the report of a guest that hung in its first case is empty")
    func hang() throws {
        let report = try XUnitReport(try Fixture.bytes("hang/result.xml"))
        #expect(report.cases.isEmpty)
    }

    @Test("a part of a report is read, and what is no XML is refused")
    func parts() throws {
        let part = try XUnitReport(
            Array("\t<testcase classname=\"x\" name=\"generic/001\" time=\"7\">\n\t</testcase>\n".utf8))
        #expect(part.cases == [.init(name: "generic/001", status: .pass, seconds: 7)])
        #expect(throws: Failure.self) {
            try XUnitReport(Array("<testcase><failure message=\"a \"b\" c\"/></testcase>".utf8))
        }
    }

    @Test("a file is known by the end of its name")
    func kinds() {
        let kinds = [
            "013.out.bad": CaseFile.Kind.output, "013.full": .full, "9003.full.rerun1": .other, "001.core": .core,
            "001.core.4711": .core, "001.vdd.check.qcow2": .other, "761.hints": .hints,
        ]
        for (name, kind) in kinds { #expect(CaseFile(name: name, bytes: [], size: 0).kind == kind) }
    }
}
