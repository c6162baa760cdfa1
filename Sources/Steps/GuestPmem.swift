public import SystemPackage
public import TestPlan

/// Where a guest has persistent memory, and what of it the host can reach. The numbers that the kernel gives to
/// regions and block devices follow the order of probing, so the memory is known by its device.
public struct GuestPmem: Sendable, Hashable {
    /// What the guest sees.
    public var model: PmemRequest.Model
    /// An NVDIMM: its handle in the NFIT, from 1. virtio-pmem: its place among those by PCI address, from 0.
    public var number: Int
    /// The host's file behind it, mapped by QEMU; nil if there is none.
    public var file: FilePath?

    /// A device and the file behind it.
    public init(model: PmemRequest.Model, number: Int, file: FilePath? = nil) {
        self.model = model
        self.number = number
        self.file = file
    }
}
