import KernelLog
import Testing

/// Logs made to hurt: time and memory stay bounded, and lies are told apart where the kernel marks them.
struct HostileLogTests {
    private static func repeated(_ text: String, _ count: Int) -> [UInt8] {
        let unit = Array(text.utf8)
        return (0..<count).flatMap { _ in unit }
    }

    @Test(arguments: [
        "x", "[", "[    1.000000] ", "\n", "\r", "\u{1b}[0m", "[    1.000000] ------------[ cut here ]------------\n",
        "[    1.000000][  T1] Call Trace:\n", "BUG: ", "WARNING: mm/", "** 1 printk messages dropped ** ",
    ])
    func nothingToReport(_ unit: String) {
        #expect(KernelLogReader.reports(in: Self.repeated(unit, 20000)).isEmpty)
    }

    /// A reader that nobody asks keeps a bounded number of reports, and says that it dropped some.
    @Test func unfetchedReportsAreBounded() {
        var reader = KernelLogReader()
        let line = Self.repeated("[    1.000000] BUG: unable to handle kernel paging request\n", 60000)
        line.withUnsafeBytes { reader.read($0) }
        let kept = reader.finish().count
        #expect(kept <= 20000)
        #expect(reader.droppedReports == 60000 - kept)
    }

    /// One report's text and frames are bounded whatever follows its headline.
    @Test func anEndlessTraceIsBounded() throws {
        let head = "[    1.0] WARNING: CPU: 0 PID: 1 at a/b.c:1 f+0x1/0x2\n[    1.0] Call Trace:\n"
        let reports = KernelLogReader.reports(
            in: Array(head.utf8) + Self.repeated("[    1.000000]  g+0x1/0x2\n", 30000))
        #expect(reports.map(\.frames.count) == [KernelReport.frameLimit])
    }

    /// More speakers than the reader keeps open at a time: each still gets its report.
    @Test func manySpeakers() {
        let log = (0..<200).map { "[    1.000000][  T\($0)] BUG: Bad rss-counter state mm:x\n" }.joined()
        #expect(KernelLogReader.reports(log).count == 200)
    }

    /// `/dev/kmsg` accepts any text but never facility 0 (`printk.c: devkmsg_write()`), which level and record show.
    @Test(arguments: [
        ("<4>[    1.000000] BUG: Bad rss-counter state mm:x\n", false),
        ("<12>[    1.000000] BUG: Bad rss-counter state mm:x\n", true),
        ("4,123,1000000,-;BUG: Bad rss-counter state mm:x\n", false),
        ("12,123,1000000,-;BUG: Bad rss-counter state mm:x\n", true),
        ("12,123,1000000,-,caller=T77;BUG: Bad rss-counter state mm:x\n", true),
        ("[    1.000000] BUG: Bad rss-counter state mm:x\n", false),
    ])
    func forgeries(_ log: String, _ forged: Bool) {
        #expect(KernelLogReader.reports(log).map(\.forged) == [forged])
    }

    /// Lines beyond 4 KiB are read in pieces; the line that follows is whole again.
    @Test func aLongLineDoesNotHideTheNext() {
        let log = String(repeating: "x", count: 100_000) + "\n[    1.000000] BUG: Bad rss-counter state mm:x\n"
        let reports = KernelLogReader.reports(log)
        #expect(reports.map(\.title) == ["BUG: Bad rss-counter state"])
        #expect(reports.first?.range.startLine == 2)
        #expect(reports.first?.range.startByte == 100_001)
    }
}
