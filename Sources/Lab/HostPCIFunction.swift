/// A PCI function of the host as sysfs shows it (the kernel's Documentation/ABI/testing/sysfs-bus-pci).
public struct HostPCIFunction: Sendable, Hashable, Codable {
    /// Its address.
    public var address: PCIAddress
    /// The vendor's number, 16 bits.
    public var vendor: Int
    /// The device's number, 16 bits.
    public var device: Int
    /// Base class, subclass and programming interface, 24 bits (pci_regs.h and pci_ids.h of the kernel).
    public var classCode: Int
    /// True if its configuration header is not of type 0: a bridge in the sense of the kernel's group rules.
    public var isBridge: Bool
    /// The driver it is bound to; nil for none.
    public var driver: String?
    /// The only driver it may be bound to; nil for any.
    public var driverOverride: String?
    /// Its IOMMU group; nil if no IOMMU translates its DMA.
    public var group: Int?
    /// How the kernel can reset it (`flr`, `pm`, `bus`), in its order of preference; empty before Linux 5.15 and for
    /// functions that cannot be reset.
    public var resets: [String]
    /// Its network interfaces.
    public var interfaces: [String]
    /// Its block devices, partitions not counted.
    public var disks: [String]

    /// `8086:10d3`.
    public var identity: String { Self.identity(vendor: vendor, device: device) }

    /// `8086:10d3`.
    public static func identity(vendor: Int, device: Int) -> String { hex(vendor, 4) + ":" + hex(device, 4) }

    /// What it is, in words.
    public var kind: String { PCIClass.name(of: classCode) }

    /// True if it is bound to vfio-pci or to a variant driver, of the same interface (mlx5_vfio_pci, …).
    public var isBoundToVFIO: Bool { driver.map(VFIODriver.isOne) ?? false }
}

/// The drivers that give a function to user space.
enum VFIODriver {
    /// The one that serves any function.
    static let name = "vfio-pci"

    /// True for vfio-pci and its variants, which QEMU's vfio-pci device takes as well.
    static func isOne(_ driver: String) -> Bool { driver.hasSuffix("vfio-pci") || driver.hasSuffix("vfio_pci") }
}

/// Lower-case hexadecimal digits, padded with zeros.
func hex(_ value: Int, _ width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
