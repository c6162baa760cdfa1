import KernelLog
import RunRecord
import Symbolizer
import Testing

@testable import Runner

@Suite struct SourceLinesTests {
    @Test func readsTheFramesOfAStackFile() {
        #expect(
            SourceLines.frame("request_wait_answer+0x12b/0x210 [fuse]")
                == Frame(function: "request_wait_answer", offset: 0x12b, size: 0x210, module: "fuse"))
        #expect(SourceLines.frame("do_exit+0x1/0x2") == Frame(function: "do_exit", offset: 1, size: 2))
    }

    @Test(arguments: ["", "request_wait_answer [fuse]", "f+1/2", "f+0x1", "f+0xzz/0x2"])
    func takesNothingElseForAFrame(text: String) {
        #expect(SourceLines.frame(text) == nil)
    }

    private let frames = [
        SymbolizedFrame(frame: Frame(function: "check", isInlined: true), location: "mm/pool.c:7"),
        SymbolizedFrame(frame: Frame(function: "pool_take", offset: 1, size: 2), location: "mm/pool.c:19"),
        SymbolizedFrame(frame: Frame(function: "stale", offset: 1, size: 2, isUnreliable: true), location: "a.c:1"),
        SymbolizedFrame(frame: Frame(function: "run", offset: 1, size: 2, module: "m")),
    ]

    @Test func aFindingTakesItsStackInTheSourcesAndThePlaceOfTheFunctionBlamed() {
        var finding = Finding(
            source: .console, severity: .failure, kind: "oops", title: "oops in pool_take", function: "pool_take")
        finding.locate(frames)
        #expect(finding.location == "mm/pool.c:19")
        #expect(finding.sources?.map(\.function) == ["check", "pool_take", "run"])
        #expect(finding.sources?.map(\.location) == ["mm/pool.c:7", "mm/pool.c:19", nil])
        #expect(finding.sources?.map(\.isInlined) == [true, false, false])
    }

    @Test func thePlaceThatTheKernelNamedStays() {
        var finding = Finding(
            source: .console, severity: .failure, kind: "warning", title: "WARNING in pool_take", function: "pool_take",
            location: "mm/pool.c:17")
        finding.locate(frames)
        #expect(finding.location == "mm/pool.c:17")
    }

    @Test func withoutAnyPlaceNothingIsClaimed() {
        var finding = Finding(source: .ladder, severity: .failure, kind: "hang", title: "hang in run", function: "run")
        finding.locate([frames[3]])
        #expect(finding.sources == nil && finding.location == nil)
    }
}
