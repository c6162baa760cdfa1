/// The classes of PCI functions in words (the kernel's include/linux/pci_ids.h).
enum PCIClass {
    /// - Parameter code: base class, subclass and programming interface, 24 bits.
    static func name(of code: Int) -> String {
        names[code >> 8] ?? bases[code >> 16] ?? "class \(hex(code >> 8, 4))"
    }

    /// Host bridges, PCI bridges and the like: parts of the host's own fabric.
    static func isBridge(_ code: Int) -> Bool { code >> 16 == 0x06 }

    /// An IOMMU, which some firmware shows as a function.
    static func isIOMMU(_ code: Int) -> Bool { code >> 8 == 0x0806 }

    private static let names = [
        0x0100: "SCSI controller", 0x0101: "IDE controller", 0x0104: "RAID controller", 0x0106: "SATA controller",
        0x0107: "SAS controller", 0x0108: "NVMe controller", 0x0200: "Ethernet controller",
        0x0207: "InfiniBand controller", 0x0280: "network controller", 0x0300: "VGA controller",
        0x0302: "3D controller", 0x0380: "display controller", 0x0401: "audio device", 0x0403: "audio device",
        0x0500: "RAM memory", 0x0580: "memory controller", 0x0600: "host bridge", 0x0601: "ISA bridge",
        0x0604: "PCI bridge", 0x0607: "CardBus bridge", 0x0700: "serial controller",
        0x0780: "communication controller", 0x0806: "IOMMU", 0x0c03: "USB controller", 0x0c05: "SMBus",
        0x0d11: "Bluetooth controller", 0x1200: "processing accelerator",
    ]

    private static let bases = [
        0x00: "unclassified device", 0x01: "storage controller", 0x02: "network controller",
        0x03: "display controller", 0x04: "multimedia device", 0x05: "memory controller", 0x06: "bridge",
        0x07: "communication controller", 0x08: "system peripheral", 0x09: "input device", 0x0b: "processor",
        0x0c: "serial bus controller", 0x0d: "wireless controller", 0x10: "encryption controller",
        0x11: "signal processing controller", 0x12: "processing accelerator", 0xff: "unassigned class",
    ]
}
