/// Where on the guest's PCI bus a device sits, which decides its IOMMU group.
public enum PCIPlace: Sendable, Hashable {
    /// On the root bus.
    case rootBus
    /// Behind a root port of its own.
    case rootPort
    /// Behind the PCIe-to-PCI bridge of this name.
    case bridge(String)
}

/// An emulated PCI function beside those every guest has.
public struct PCIFunction: Sendable, Hashable {
    /// What it is.
    public enum Kind: Sendable, Hashable {
        /// A network card of QEMU's model name, on an isolated network; `usesIOMMU` is for virtio.
        case nic(model: String, usesIOMMU: Bool)
        /// A device of QEMU's model name without a backend: `edu`, `pci-testdev`.
        case plain(model: String)
    }

    /// The plan's name for it: 1 to 20 letters, digits, `-` and `_`.
    public var name: String
    /// What it is.
    public var kind: Kind
    /// Where it sits.
    public var place: PCIPlace

    /// A function of a kind at a place.
    public init(name: String, kind: Kind, place: PCIPlace) {
        self.name = name
        self.kind = kind
        self.place = place
    }
}

/// The guest's IOMMU.
public enum IOMMU: Sendable, Hashable {
    /// VT-d (QEMU's `intel-iommu`): with remapped interrupts, with a guest that reports each mapping.
    case intel(interruptRemapping: Bool, cachingMode: Bool)
    /// virtio-iommu.
    case virtio
}

/// A PCI function of the host, bound to vfio-pci, for the guest.
public struct HostFunction: Sendable, Hashable {
    /// The plan's name for it.
    public var name: String
    /// `DDDD:BB:DD.F`, in hexadecimal.
    public var address: String

    /// A function by its address.
    public init(name: String, address: String) {
        self.name = name
        self.address = address
    }
}

/// An error that QEMU's blkdebug driver injects into a disk (QEMU's docs/devel/blkdebug.rst).
public struct DiskFault: Sendable, Hashable {
    /// On which requests: `read`, `write`, `flush`, `discard`, `write-zeroes`.
    public var request: String
    /// The error as a number of errno(3).
    public var errno: Int
    /// Only requests that touch this sector of 512 bytes; nil for all.
    public var sector: Int?
    /// Only the first such request fails.
    public var once: Bool

    /// An error on requests of a kind.
    public init(request: String, errno: Int, sector: Int? = nil, once: Bool = false) {
        self.request = request
        self.errno = errno
        self.sector = sector
        self.once = once
    }
}
