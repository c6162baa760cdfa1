import KernelLog
import Testing

/// Reports are handed out once, and early when the console falls silent.
struct FlushTests {
    private static let oops = """
        [   10.000001] BUG: kernel NULL pointer dereference, address: 0000000000000010
        [   10.000002] Oops: 0000 [#1] SMP
        [   10.000003] CPU: 1 PID: 7 Comm: cat Not tainted 6.1.0 #1
        [   10.000004] RIP: 0010:foo_read+0x10/0x20 [foo]
        [   10.000005] Call Trace:
        [   10.000006]  vfs_read+0x10/0x20

        """

    @Test func aQuietConsoleStillTells() {
        var reader = KernelLogReader()
        reader.read(Self.oops)
        #expect(reader.nextReports() == [])
        #expect(reader.flush().map(\.title) == ["BUG: unable to handle kernel NULL pointer dereference in foo_read"])
        #expect(reader.flush() == [])
        reader.read("[   10.000007] Kernel panic - not syncing: Fatal exception\n")
        #expect(reader.finish() == [])
    }

    @Test func theStreamGoesOnAfterAFlush() {
        var reader = KernelLogReader()
        reader.read(Self.oops)
        _ = reader.flush()
        reader.read(
            "[   99.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [rm:1090]\n[   99.1] RIP: 0010:x+0x1/0x2\n")
        #expect(reader.finish().map(\.pid) == [1090])
    }

    @Test func aPanicBelongsToItsReport() {
        let reports = KernelLogReader.reports(
            Self.oops + "[   10.000007] Kernel panic - not syncing: Fatal exception\n")
        #expect(reports.map(\.panicked) == [true])
    }
}

extension KernelLogReader {
    mutating func read(_ text: String) {
        var text = text
        text.withUTF8 { read(UnsafeRawBufferPointer($0)) }
    }
}
