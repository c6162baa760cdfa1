import KernelLog
import Testing

/// Several boots in one log, and which of them nobody asked for.
struct BootTests {
    private static func boot(_ release: String) -> String {
        """
        SeaBIOS (version 1.16.2-debian-1.16.2-1)
        Booting from ROM...
        [    0.000000] Linux version \(release) (a@b) (gcc-12, GNU ld) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)
        [    0.000000] Command line: console=ttyS0
        [    3.000000] systemd[1]: Reached target foo.

        """
    }

    private static let bug = "[    5.000000] BUG: Bad rss-counter state mm:0\n"

    @Test func aResetIsAReport() {
        let log = Self.boot("6.1.0") + Self.boot("6.1.0")
        let reports = KernelLogReader.reports(log)
        #expect(reports.map(\.title) == ["unexpected kernel reboot"])
        #expect(reports.map(\.kind) == [.reboot])
        #expect(reports.first?.range.startLine == 6)
    }

    @Test(arguments: [
        "[    9.000000] reboot: Restarting system\n", "[    9.000000] reboot: Power down\n",
        "[    9.000000] sysrq: Resetting\n", "[    9.000000] kexec_core: Starting new kernel\n",
    ])
    func anOrderlyRebootIsNone(_ goodbye: String) {
        #expect(KernelLogReader.reports(Self.boot("6.1.0") + goodbye + Self.boot("6.1.0")) == [])
    }

    /// The panic is the report; the reset follows from it.
    @Test func aPanicMayReset() {
        let panic = "[    9.000000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\n"
        let reports = KernelLogReader.reports(Self.boot("6.1.0") + panic + Self.boot("6.1.0"))
        #expect(reports.map(\.title) == ["kernel panic: Attempted to kill init!"])
        #expect(reports.map(\.panicked) == [true])
    }

    @Test func reportsBelongToTheirBoot() {
        let goodbye = "[    9.000000] reboot: Restarting system\n"
        let log = Self.boot("6.1.0-1") + Self.bug + goodbye + Self.boot("6.12.0-2") + Self.bug
        let reports = KernelLogReader.reports(log)
        #expect(reports.map(\.kernel?.release) == ["6.1.0-1", "6.12.0-2"])
        #expect(reports.map(\.kernel?.build) == ["#1 Debian 6.1.192-2", "#1 Debian 6.1.192-2"])
    }
}
