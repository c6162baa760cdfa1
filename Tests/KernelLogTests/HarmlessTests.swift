import KernelLog
import Testing

/// Lines that look like reports and are none.
struct HarmlessTests {
    @Test(arguments: [
        // Firmware and loaders
        "INFO:    BL31: Initializing runtime services", "WARNING: BL1: cortex_a57: CPU workaround was missing!",
        "WARNING: no device tree found", "BUG: trying to allocate", "error: no suitable video mode found.",
        "Booting the kernel.", "Booting the kernel (entry_offset: 0x0000000000000000).",
        // User space
        "WARNING: apt does not have a stable CLI interface", "[FAILED] Failed to start BUG: x",
        "Kernel panic in my program", "         Starting Kernel panic service...", "BUG: printed by a program",
        "sh: echo: I/O error", "Oops: cannot open the file", "Internal error: please tell us", "divide error: by zero",
        "12] BUG: not ours", "12] Kernel panic in my program",
        "Unhandled prefetch abort: unknown 2 (0x002) at 0x00000000",
        "Alignment trap: foo (123) PC=0x0000 Instr=0x0000 Address=0x0000 FSR 0x001",
        // The kernel
        "[    1.0] traps: foo[12] general protection fault ip:7f00 sp:7f00 error:0 in foo[400000+1000]",
        "[    1.0] traps: foo[12] trap invalid opcode ip:7f00 sp:7f00 error:0",
        "[    1.0] foo[12]: segfault at 0 ip 0000 sp 0000 error 4 in foo[400000+1000]",
        "[    1.0] WARNING: The mand mount option has been deprecated and", "[    1.0] INFO: lockdep is turned off.",
        "[    1.0] INFO: NMI handler (perf_event_nmi_handler) took too long to run: 4.218 msecs",
        "[    1.0] rcu: INFO: Stall ended before state dump start",
        "[    1.0] EXT4-fs (sda1): INFO: recovery required on readonly filesystem",
        "[    1.0] fuse: Unknown parameter 'Booting the kernel.'",
        "[    1.0] Kernel command line: oops=panic BUG: WARNING: panic_on_warn=1",
        "[    1.0] audit: type=1400 comm=\"BUG: KASAN: \" name=\"Kernel panic - not syncing\"",
        "[    1.0] foo: WARNING: something unusual", "[    1.0] WARNING: something unusual",
        "[    1.0] ODEBUG: selftest passed", "[    1.0] BTRFS info (device vdc): using crc32c checksum algorithm",
        "[    1.0] EXT4-fs (vda): mounted filesystem with ordered data mode",
        "[    1.0] XFS (vdb): Mounting V5 Filesystem", "[    1.0] DMAR: IOMMU enabled",
        "[    1.0] virtio_blk virtio0: [vda] 2097152 512-byte logical blocks",
    ])
    func line(_ text: String) {
        #expect(KernelLogReader.reports("\(text)\n").map(\.title) == [])
    }

    /// What a program says in front of a trace does not become its title.
    @Test(arguments: [
        "WARNING: /etc/ssh/moduli does not exist, using fixed modulus",
        "WARNING: foo uses wireless extensions which will stop working for Wi-Fi 7 hardware; use nl80211",
    ])
    func programsBeforeATrace(_ line: String) {
        #expect(KernelLogReader.reports("\(line)\nCall Trace:\n foo+0x1/0x2\n") == [])
    }

    /// A warning without a place is a report once the kernel shows where it was.
    @Test func aTraceMakesTheDifference() {
        let reports = KernelLogReader.reports(
            """
            [    1.0] WARNING: something unusual
            [    1.0] CPU: 0 PID: 1 Comm: init Not tainted 6.6.0 #1
            [    1.0] Call Trace:
            [    1.0]  dump_stack_lvl+0x44/0x5c
            [    1.0]  foo+0x1/0x2
            """)
        #expect(reports.map(\.title) == ["WARNING: something unusual"])
    }
}
