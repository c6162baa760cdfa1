/// Where on the guest's PCI bus a device sits, which decides its IOMMU group.
public enum PCIPlaceRequest: Sendable, Hashable {
    /// On the root bus, as an integrated function: what QEMU does unless told otherwise.
    case rootBus
    /// Behind a root port of its own, as a card in a slot: a group of its own.
    case rootPort
    /// Behind the PCIe-to-PCI bridge of this name, with all others that name it: one group.
    case bridge(String)
}

/// A network card beside the one that carries SSH, on an isolated network of its own.
public struct NICRequest: Sendable, Hashable {
    /// QEMU's models.
    public enum Model: String, Sendable, Hashable, Codable, CaseIterable {
        /// virtio-net-pci.
        case virtio = "virtio-net"
        /// Intel 82574L.
        case e1000e
        /// Intel 82540EM, conventional PCI.
        case e1000
    }

    /// The name: 1 to 20 letters, digits, `-` and `_`.
    public var name: String
    /// The model.
    public var model: Model
    /// virtio only: its DMA goes through the IOMMU (VIRTIO_F_ACCESS_PLATFORM).
    public var usesIOMMU: Bool
    /// Where it sits.
    public var place: PCIPlaceRequest
    /// Where the plan declares it.
    public var location: SourceLocation

    /// Creates a request.
    public init(
        name: String, model: Model, usesIOMMU: Bool = false, place: PCIPlaceRequest = .rootBus, location: SourceLocation
    ) {
        self.name = name
        self.model = model
        self.usesIOMMU = usesIOMMU
        self.place = place
        self.location = location
    }
}

/// An emulated PCI function for tests of drivers and of passthrough.
public struct PCIFunctionRequest: Sendable, Hashable {
    /// QEMU's models.
    public enum Model: String, Sendable, Hashable, Codable, CaseIterable {
        /// QEMU's educational device (docs/specs/edu.rst): MMIO, an interrupt, a DMA engine.
        case edu
        /// A function with a BAR of memory and no interrupt handler of the guest's (docs/specs/pci-testdev.rst).
        case testdev = "pci-testdev"
    }

    /// The name: 1 to 20 letters, digits, `-` and `_`.
    public var name: String
    /// The model.
    public var model: Model
    /// Where it sits.
    public var place: PCIPlaceRequest
    /// Where the plan declares it.
    public var location: SourceLocation

    /// Creates a request.
    public init(name: String, model: Model, place: PCIPlaceRequest = .rootBus, location: SourceLocation) {
        self.name = name
        self.model = model
        self.place = place
        self.location = location
    }
}

/// A PCI function of the host that the guest gets by vfio-pci.
public struct PassthroughRequest: Sendable, Hashable {
    /// Which one.
    public enum Choice: Sendable, Hashable {
        /// By its address, written `DDDD:BB:DD.F` in hexadecimal.
        case address(String)
        /// Any free one with these identities: 16 bits each, of PCI's configuration space.
        case match(vendor: Int, device: Int)
    }

    /// The name: 1 to 20 letters, digits, `-` and `_`.
    public var name: String
    /// Which one.
    public var choice: Choice
    /// Where the plan declares it.
    public var location: SourceLocation

    /// Creates a request.
    public init(name: String, choice: Choice, location: SourceLocation) {
        self.name = name
        self.choice = choice
        self.location = location
    }
}

/// The guest's IOMMU.
public struct IOMMURequest: Sendable, Hashable {
    /// QEMU's models.
    public enum Model: String, Sendable, Hashable, Codable, CaseIterable {
        /// VT-d.
        case intel
        /// virtio-iommu.
        case virtio
    }

    /// The model.
    public var model: Model
    /// Intel only: interrupts are remapped as well, which vfio in the guest asks for.
    public var interruptRemapping: Bool
    /// Intel only: the guest reports every change of a mapping, which passthrough of a host's function needs.
    public var cachingMode: Bool
    /// Where the plan declares it.
    public var location: SourceLocation

    /// Creates a request.
    public init(
        model: Model, interruptRemapping: Bool = false, cachingMode: Bool = false, location: SourceLocation
    ) {
        self.model = model
        self.interruptRemapping = interruptRemapping
        self.cachingMode = cachingMode
        self.location = location
    }
}
