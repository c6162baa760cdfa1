import Testing

@testable import Runner

@Suite("How far a cell's suites have come")
struct CellProgressTests {
    @Test("What remains is what has no record, in its order, and what an earlier start recorded counts")
    func remaining() {
        let progress = CellProgress(recorded: [2: ["b"]])
        progress.plan(["a", "b", "c"], step: 2)
        #expect(progress.remaining(step: 2) == ["a", "c"])
        progress.record("a", step: 2)
        #expect(progress.remaining(step: 2) == ["c"])
        #expect(progress.remaining(step: 1) == [])
        #expect(progress.counts(step: 2) == (total: 3, recorded: 2))
    }

    @Test("A test that took two guests with it is set aside in every section")
    func setAside() {
        let progress = CellProgress()
        _ = progress.lose(in: "xfs-4k/generic/475")
        #expect(!progress.isSetAside("xfs-1k/generic/475"))
        _ = progress.lose(in: "xfs-1k/generic/475")
        #expect(progress.isSetAside("xfs-quota/generic/475"))
        #expect(!progress.isSetAside("xfs-quota/generic/476"))
    }

    @Test("A guest in which nothing came nearer to its end is told from one in which something did")
    func advance() {
        let progress = CellProgress()
        let start = progress.advance
        progress.plan(["a", "b"], step: 1)
        _ = progress.lose(in: "a")
        #expect(progress.advance == start)
        progress.retry("a", because: "QEMU ended")
        #expect(progress.advance > start)
        let tried = progress.advance
        progress.retry("a", because: "QEMU ended again")
        #expect(progress.advance == tried)
    }
}
