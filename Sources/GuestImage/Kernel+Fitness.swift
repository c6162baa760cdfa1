import HostProcess

extension Kernel {
    /// Options without which a guest of ours does not come up: it gets its root disk, its network and its console
    /// by them, and its user space is Debian's. One that somebody trimmed may lack some, and the guest would then
    /// stand still without a word of why.
    private static let needed = [
        "BLK_DEV_INITRD", "BINFMT_ELF", "BINFMT_SCRIPT", "DEVTMPFS", "EPOLL", "EXT4_FS", "FUTEX", "INET", "MULTIUSER",
        "PACKET", "PCI", "POSIX_TIMERS", "PRINTK", "PROC_FS", "SERIAL_8250_CONSOLE", "SHMEM", "SYSFS", "TMPFS", "UNIX",
        "UNIX98_PTYS", "VIRTIO_BLK", "VIRTIO_NET", "VIRTIO_PCI",
    ].map { "CONFIG_\($0)" }

    /// The options of its configuration that a guest needs and it has not; none where the configuration is unknown.
    public var lackingOptions: [String] {
        guard config != nil else { return [] }
        return Self.needed.filter { !["y", "m"].contains(configValue($0)) }
    }

    /// True if there is a bzImage of it; a tree may have a bare vmlinux.
    public var hasCompressedImage: Bool { (try? BootImage.isELF(vmlinuz)) == false }
}
