import HostProcess

/// What QEMU says when it cannot give a function of the host to a guest, and what it means (hw/vfio/pci.c,
/// hw/vfio/container.c of QEMU).
enum PassthroughWords {
    /// The failure of a QEMU that did not start, with its cause where its words tell it.
    static func failure(_ words: [String], termination: Termination) -> Failure {
        // "KVM VFIO device isn't created yet" stands before the cause, and means nothing.
        let said = words.last { !$0.contains("isn't created yet") } ?? "without a word"
        return Failure(
            "QEMU cannot pass the function through (\(termination)): \(said)", on: QEMUCommand.program,
            advice: advice(for: words.joined(separator: "\n")) ?? "see what `dmesg` says of vfio")
    }

    /// What to do about QEMU's words; nil for words that are about something else.
    static func advice(for words: String) -> String? {
        guard words.contains("vfio") || words.contains("VFIO") else { return nil }
        return meanings.first { words.contains($0.text) }?.advice
    }

    private static let meanings: [(text: String, advice: String)] = [
        ("is not viable", "another member of its IOMMU group is with a driver of the host's: `vmharness lab devices`"),
        ("no such host device", "no such function: `vmharness lab devices`"),
        ("no iommu_group found", "the host's IOMMU is off: `vmharness lab devices`"),
        ("Failed to set iommu for container: Operation not permitted", "interrupts are not remapped on this host"),
        ("caching-mode", "the guest's IOMMU must be `{model: intel, caching-mode: true}`"),
        ("Device or resource busy", "somebody else has the function open: `vmharness lab status`"),
        ("Permission denied", "give yourself /dev/vfio/N, or run as root"),
        (
            "-12 (Cannot allocate memory)",
            "the limit on locked memory is too low (`ulimit -l`), or `vfio_iommu_type1 dma_entry_limit`"
        ),
        (
            "-95 (Operation not supported)",
            "memory of the guest lies on a file system in DAX mode, which vfio cannot pin: use a device-dax node"
        ),
        ("-14 (Bad address)", "memory of the guest lies in a file on a disk: use memfd, shm or a device-dax node"),
        ("unable to map backing store", "a device-dax node does not fit: `dmesg | grep dax_mmap` says why"),
    ]
}
