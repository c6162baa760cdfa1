import KernelLog
import Testing

/// What stands before a message: timestamps of every style, levels, callers, colours.
struct PrefixTests {
    private static let message = "BUG: Bad rss-counter state mm:00000000 type:MM_ANONPAGES val:1"

    @Test(arguments: [
        "", "[    1.000000] ", "[ 1000.000000] ", "[1000000.000000] ", "<4>[    1.000000] ", "[    1.000000][  T100] ",
        "[    1.000000][    C0] ", "[  T100] ", "[Thu Nov 21 10:04:05 2026] ", "[Nov21 10:04] ", "[  +0.000012] ",
        "2026-11-21T10:04:05,123456+00:00 ", "2026-11-21T10:04:05+0000 host kernel: [    1.000000] ",
        "Nov 21 10:04:05 host kernel: ", "4,123,1000000,-;", "4,123,1000000,-,caller=C1;",
        "** 93 printk messages dropped ** [    1.000000] ", "host login: [    1.000000] ",
        "[    1.000000] foo: said[    1.000001] ", " 10% done\r 20% done\r[    1.000000] ",
        "[    1.000000,0] ", "[    1.000000@1] ", "[    1.000000] [T100] ", "[    1.000000] [  T100] ",
        "[    1.000000] c0 100 ", "[    1.000000] (1)[100:cat]", "[    1.000000] [1:  cat:  100] ", "123456] ",
        "1.123456] ", "456][  T100] ",
        "\u{1b}[0m\u{1b}[32m[    1.000000] \u{1b}[0m\u{1b}[33m", "\u{1b}[2J\u{1b}[01;01H[    1.000000] ",
    ])
    func styles(_ prefix: String) {
        let reports = KernelLogReader.reports("before\n\(prefix)\(Self.message)\r\nafter\n")
        #expect(reports.map(\.title) == ["BUG: Bad rss-counter state"])
        #expect(reports.first?.range.startLine == 2)
    }

    @Test(arguments: [
        ("[   12.500000] ", 12.5), ("4,123,12500000,-;", 12.5), ("[   12.500000][  T100] ", 12.5),
        ("Nov 21 10:04:05 host kernel: ", nil),
    ])
    func timestamps(_ prefix: String, _ seconds: Double?) {
        #expect(KernelLogReader.reports(prefix + Self.message).map(\.timestamp) == [seconds])
    }

    @Test func bytesThatAreNotText() {
        var bytes: [UInt8] = [0xff, 0xfe, 0x00, 0x0a]
        bytes += Array("[    1.000000] BUG: Bad rss-counter state mm:".utf8) + [0x80, 0xc3, 0x0a]
        #expect(KernelLogReader.reports(in: bytes).map(\.title) == ["BUG: Bad rss-counter state"])
    }

    /// With `CONFIG_PRINTK_CALLER` the reports of two CPUs come apart again.
    @Test func interleavedReports() {
        let reports = KernelLogReader.reports(
            """
            [   10.000001][  T100] BUG: kernel NULL pointer dereference, address: 0000000000000000
            [   10.000001][  T200] INFO: task foo:200 blocked for more than 120 seconds.
            [   10.000002][  T100] #PF: supervisor read access in kernel mode
            [   10.000002][  T200]       Not tainted 6.6.0 #1
            [   10.000003][  T100] CPU: 1 PID: 100 Comm: a Not tainted 6.6.0 #1
            [   10.000003][  T200] Call Trace:
            [   10.000004][  T100] RIP: 0010:fault_here+0x1/0x2
            [   10.000004][  T200]  __schedule+0x1/0x2
            [   10.000005][  T100] Call Trace:
            [   10.000005][  T200]  hang_here+0x1/0x2
            [   10.000006][  T100]  other+0x1/0x2
            """)
        #expect(
            reports.map(\.title) == [
                "BUG: unable to handle kernel NULL pointer dereference in fault_here", "INFO: task hung in hang_here",
            ])
        #expect(reports.map { $0.frames.map(\.function) } == [["other"], ["__schedule", "hang_here"]])
        #expect(reports.map(\.pid) == [100, 200])
    }

    /// Without it, a second report cuts the first off, which then says so.
    @Test func aCutReportIsCorrupted() {
        let reports = KernelLogReader.reports(
            """
            [   10.000001] BUG: kernel NULL pointer dereference, address: 0000000000000000
            [   10.000002] INFO: task foo:200 blocked for more than 120 seconds.
            [   10.000003] Call Trace:
            [   10.000005]  hang_here+0x1/0x2
            """)
        #expect(reports.map(\.corrupted) == [true, false])
        #expect(reports.first?.title == "BUG: unable to handle kernel NULL pointer dereference in corrupted")
        #expect(reports.first?.function == nil)
    }

    /// The kernel says when it prints a line again that the console had cut short.
    @Test func aReplayedHeadlineCountsOnce() {
        let reports = KernelLogReader.reports(
            """
            [   10.000001] BUG: kernel NULL poi
            ** replaying previous printk message **
            [   10.000001] BUG: kernel NULL pointer dereference, address: 0000000000000000
            [   10.000002] RIP: 0010:fault_here+0x1/0x2
            [   10.000003] Call Trace:
            [   10.000004]  other+0x1/0x2
            """)
        #expect(reports.map(\.title) == ["BUG: unable to handle kernel NULL pointer dereference in fault_here"])
    }
}
