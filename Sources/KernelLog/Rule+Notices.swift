extension Rule {
    /// Trouble below or beside the kernel: notices, one for a run of like lines.
    static let notices: [Rule] = block + filesystems + memoryFailures + iommus + devices

    /// `block/blk-core.c`, `fs/buffer.c`, `drivers/scsi/sd.c`, `drivers/nvme`.
    private static let block: [Rule] = [
        Rule(.ioError, "I/O error, dev {word}, sector {number} op", "I/O error on block device"),
        Rule(.ioError, "I/O error, dev {word}, sector {number}", "I/O error on block device"),
        Rule(.ioError, "blk_update_request: I/O error, dev {word}", "I/O error on block device"),
        Rule(.ioError, "blk_update_request: {*} error, dev {word}", "I/O error on block device"),
        Rule(.ioError, "print_req_error: I/O error, dev {word}", "I/O error on block device"),
        Rule(.ioError, "end_request: I/O error, dev {word}", "I/O error on block device"),
        Rule(.ioError, "nvme{word}: {*} @ LBA {number}", "I/O error on block device"),
        Rule(.ioError, "critical {*} error, dev {word}, sector {number}", "I/O error on block device"),
        Rule(.ioError, "Buffer I/O error on dev", "Buffer I/O error"),
        Rule(.ioError, "nvme nvme{number}: I/O {*} timeout", "nvme: I/O timeout"),
        Rule(.ioError, "device-mapper: integrity: {*}hecksum failed at sector", "dm-integrity: checksum failure"),
        Rule(.ioError, "device-mapper: integrity: {*}INTEGRITY AEAD ERROR", "dm-integrity: checksum failure"),
        Rule(.ioError, "device-mapper: crypt: {*}INTEGRITY AEAD ERROR", "dm-crypt: checksum failure"),
    ]

    private static let filesystems: [Rule] = [
        // fs/btrfs/print-tree.c, inode.c, disk-io.c, messages.c
        Rule(.btrfsChecksum, "BTRFS warning (device {*}): csum failed", "BTRFS: checksum failure"),
        Rule(.btrfsChecksum, "BTRFS warning (device {*}): csum hole found", "BTRFS: checksum failure"),
        Rule(
            .btrfsChecksum, "BTRFS warning (device {*}): checksum verify failed", "BTRFS: metadata checksum failure"),
        Rule(.btrfsChecksum, "BTRFS warning (device {*}): checksum error at", "BTRFS: checksum failure"),
        Rule(.btrfsChecksum, "BTRFS warning (device {*}): {*}has bad csum", "BTRFS: metadata checksum failure"),
        Rule(.btrfsChecksum, "BTRFS warning (device {*}): {*} csum mismatch", "BTRFS: metadata checksum failure"),
        Rule(.btrfsChecksum, "BTRFS error (device {*}): unable to fixup (regular) error", "BTRFS: checksum failure"),
        Rule(
            .btrfsChecksum, "BTRFS error (device {*}): scrub: unable to fixup (regular) error",
            "BTRFS: checksum failure"),
        Rule(.fsCorruption, "BTRFS critical (device {*}): corrupt {word}", "BTRFS: corrupt {word}"),
        Rule(.fsCorruption, "BTRFS: error (device {*}) in {word}:{number}: errno=", "BTRFS: error in {word}"),
        Rule(.fsCorruption, "BTRFS error (device {*}): {*}forced readonly", "BTRFS: forced readonly"),
        Rule(.fsCorruption, "BTRFS info (device {*}): forced readonly", "BTRFS: forced readonly"),
        // fs/ext4/super.c
        Rule(.fsCorruption, "EXT4-fs error (device {*}): {word}:{number}:", "EXT4-fs: error in {word}"),
        Rule(.fsCorruption, "EXT4-fs error (device {*}) in {word}:{number}:", "EXT4-fs: error in {word}"),
        Rule(.fsCorruption, "EXT4-fs ({*}): Remounting filesystem read-only", "EXT4-fs: remounted read-only"),
        Rule(.ioError, "EXT4-fs ({*}): I/O error while writing superblock", "EXT4-fs: superblock not written"),
        Rule(.fsCorruption, "EXT4-fs ({*}): shut down requested", "EXT4-fs: shut down"),
        // fs/xfs/xfs_error.c, xfs_fsops.c
        Rule(
            .fsCorruption, "XFS ({*}): Metadata corruption detected at {function}",
            "XFS: metadata corruption in {function}"),
        Rule(
            .fsCorruption, "XFS ({*}): Metadata CRC error detected at {function}",
            "XFS: metadata CRC error in {function}"),
        Rule(.fsCorruption, "XFS ({*}): Corruption detected", "XFS: corruption detected"),
        Rule(.fsCorruption, "XFS ({*}): Corruption of in-memory data", "XFS: corruption of in-memory data"),
        Rule(.fsCorruption, "XFS ({*}): Internal error {*} at line {number} of file", "XFS: internal error"),
        Rule(.fsCorruption, "XFS ({*}): Filesystem has been shut down", "XFS: filesystem shut down"),
        Rule(.fsCorruption, "XFS ({*}): {*}Shutting down filesystem", "XFS: filesystem shut down"),
        Rule(.ioError, "XFS ({*}): metadata I/O error in", "XFS: metadata I/O error"),
        Rule(.ioError, "XFS ({*}): log I/O error", "XFS: log I/O error"),
        // fs/gfs2/util.c, fs/f2fs, fs/nilfs2, fs/jbd2
        Rule(.fsCorruption, "gfs2: fsid={*}: fatal: {rest}", "GFS2: fatal error"),
        Rule(.fsCorruption, "gfs2: fsid={*}: about to withdraw this file system", "GFS2: file system withdrawn"),
        Rule(.fsCorruption, "gfs2: fsid={*}: withdrawn", "GFS2: file system withdrawn"),
        Rule(.ioError, "JBD2: Detected IO errors while flushing file data", "JBD2: I/O errors while flushing"),
        Rule(.fsCorruption, "Aborting journal on device {*}", "JBD2: journal aborted"),
    ]

    /// `mm/memory-failure.c`, `drivers/nvdimm`, `arch/x86/kernel/cpu/mce`.
    private static let memoryFailures: [Rule] = [
        Rule(.nvdimmPoison, "Memory failure: {*}: recovery action for", "memory failure"),
        Rule(.nvdimmPoison, "nd_{word} {*}: {*}poison", "NVDIMM: poison"),
        Rule(.nvdimmPoison, "nfit {*}: {*}poison", "NVDIMM: poison"),
        Rule(.nvdimmPoison, "nd_bus {*}: {*}badblocks", "NVDIMM: bad blocks"),
        Rule(.hardwareError, "mce: [Hardware Error]: ", "hardware error"),
        Rule(.hardwareError, "[Hardware Error]: ", "hardware error"),
    ]

    /// `drivers/iommu`.
    private static let iommus: [Rule] = [
        Rule(.iommuFault, "DMAR: [{*}] Request device [{*}] fault addr", "DMAR: DMA fault"),
        Rule(.iommuFault, "DMAR: [{*}] Request device [{*}] PASID {*} fault addr", "DMAR: DMA fault"),
        Rule(.iommuFault, "DMAR: DRHD: handling fault status reg", "DMAR: DMA fault"),
        Rule(.iommuFault, "DMAR: [INTR-REMAP] Request device", "DMAR: interrupt remapping fault"),
        Rule(.iommuFault, "AMD-Vi: Event logged [", "AMD-Vi: event"),
        Rule(.iommuFault, "vfio-pci {*}: AMD-Vi: Event logged [", "AMD-Vi: event"),
        Rule(.iommuFault, "virtio_iommu {*}: {*}fault from EP", "virtio-iommu: fault"),
        Rule(.iommuFault, "arm-smmu{*}: Unhandled context fault", "arm-smmu: unhandled context fault"),
        Rule(.iommuFault, "arm-smmu-v3 {*}: event {*} received", "arm-smmu-v3: event"),
    ]

    /// `drivers/virtio/virtio_ring.c` (`BAD_RING`), `drivers/vfio`.
    private static let devices: [Rule] = [
        Rule(.virtioError, "virtio_{*}: {*}id {number} is not a head!", "virtio: bad ring"),
        Rule(.virtioError, "virtio_{*}: {*}id {number} out of range", "virtio: bad ring"),
        Rule(.virtioError, "virtio_{*}: {*}bogus {*}", "virtio: bad ring"),
        Rule(.virtioError, "virtio_{*}: {*}device must be reset", "virtio: device needs reset"),
        Rule(.vfioError, "vfio_pin_pages_remote: RLIMIT_MEMLOCK ({number}) exceeded", "VFIO: RLIMIT_MEMLOCK exceeded"),
        Rule(.vfioError, "vfio_pin_page_external: Task {*} RLIMIT_MEMLOCK", "VFIO: RLIMIT_MEMLOCK exceeded"),
        Rule(.vfioError, "vfio_lock_acct: {*}RLIMIT_MEMLOCK", "VFIO: RLIMIT_MEMLOCK exceeded"),
        Rule(
            .vfioError, "vfio_iommu_type1_attach_group: No interrupt remapping support",
            "VFIO: no interrupt remapping"),
        Rule(.vfioError, "vfio-pci {*}: vfio_bar_restore: reset recovery", "VFIO: reset recovery"),
    ]
}
