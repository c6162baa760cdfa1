import KernelLog
import Testing

/// Trouble below or beside the kernel: kinds of their own, of lower severity.
struct NoticeTests {
    @Test(
        arguments: [
            (
                "I/O error, dev vda, sector 0 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2", .ioError,
                "I/O error on block device"
            ),
            (
                "blk_update_request: critical medium error, dev sda, sector 1234 op 0x0:(READ) flags 0x0", .ioError,
                "I/O error on block device"
            ),
            ("Buffer I/O error on dev vda, logical block 0, lost async page write", .ioError, "Buffer I/O error"),
            (
                "EXT4-fs error (device vda): ext4_find_entry:1455: inode #2: comm ls: reading directory lblock 0",
                .fsCorruption, "EXT4-fs: error in ext4_find_entry"
            ),
            (
                "XFS (vdb): Metadata corruption detected at xfs_agf_verify+0x123/0x200 [xfs], xfs_agf block 0x1",
                .fsCorruption, "XFS: metadata corruption in xfs_agf_verify"
            ),
            (
                "XFS (vdb): Filesystem has been shut down due to log error (0x2).", .fsCorruption,
                "XFS: filesystem shut down"
            ),
            (
                "BTRFS warning (device vdc): csum failed root 5 ino 259 off 0 csum 0x29a822da expected csum 0x498cf137 mirror 1",
                .btrfsChecksum, "BTRFS: checksum failure"
            ),
            (
                "BTRFS: error (device vdc state A) in btrfs_commit_transaction:2418: errno=-5 IO failure",
                .fsCorruption,
                "BTRFS: error in btrfs_commit_transaction"
            ),
            (
                "Memory failure: 0x12345: recovery action for dirty LRU page: Recovered", .nvdimmPoison,
                "memory failure"
            ),
            (
                "DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x12345000 [fault reason 0x06] PTE Read access is not set",
                .iommuFault, "DMAR: DMA fault"
            ),
            (
                "vfio-pci 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000a address=0x0 flags=0x0]",
                .iommuFault, "AMD-Vi: event"
            ),
            ("vfio_pin_pages_remote: RLIMIT_MEMLOCK (65536) exceeded", .vfioError, "VFIO: RLIMIT_MEMLOCK exceeded"),
            ("virtio_net virtio0: output.0:id 7 is not a head!", .virtioError, "virtio: bad ring"),
            ("mce: [Hardware Error]: Machine check events logged", .hardwareError, "hardware error"),
        ] as [(String, KernelReport.Kind, String)])
    func notices(_ message: String, _ kind: KernelReport.Kind, _ title: String) {
        let reports = KernelLogReader.reports("[    1.000000] \(message)\n")
        #expect(reports.map(\.title) == [title])
        #expect(reports.map(\.kind) == [kind])
        #expect(reports.map(\.severity) == [.notice])
    }

    /// One report for a storm, and a new one when it comes back.
    @Test func stormsAreCountedByPauses() {
        let line = "BTRFS warning (device vdc): csum failed root 5 ino 259 off 0 csum 0x1 expected csum 0x2 mirror 1\n"
        let storm = { (second: Int) in (0..<50).map { "[ \(second).0000\($0 + 10)] \(line)" }.joined() }
        let reports = KernelLogReader.reports(storm(100) + storm(101) + storm(200))
        #expect(reports.map(\.range.startLine) == [1, 101])
        #expect(reports.map(\.range.endLine) == [101, 151])
    }

    /// A notice inside a report neither ends it nor hides it.
    @Test func aNoticeInTheMiddle() {
        let reports = KernelLogReader.reports(
            """
            [    1.000001] kernel BUG at fs/foo.c:1!
            [    1.000002] I/O error, dev vda, sector 0 op 0x1:(WRITE) flags 0x800
            [    1.000003] RIP: 0010:foo+0x1/0x2
            [    1.000004] Call Trace:
            [    1.000005]  bar+0x1/0x2
            """)
        #expect(reports.map(\.title) == ["kernel BUG in foo", "I/O error on block device"])
    }
}
