import KernelLog
import Testing

struct KernelLogReaderTests {
    @Test(arguments: [
        ("[    1.0] BUG: soft lockup - CPU#0 stuck for 22s! [rm:1090]", "BUG: soft lockup in corrupted"),
        (
            "[    1.0] Kernel panic - not syncing: VFS: Unable to mount root fs",
            "kernel panic: VFS: Unable to mount root fs"
        ),
    ])
    func titles(_ log: String, _ title: String) {
        #expect(KernelLogReader.reports(in: Array(log.utf8)).map(\.title) == [title])
    }
}
