public import SystemPackage

/// Persistent memory of a guest (QEMU's docs/nvdimm.txt, docs/system/devices/virtio-pmem.rst).
public struct PersistentMemory: Sendable, Hashable {
    /// What the guest sees.
    public enum Model: String, Sendable, Hashable, Codable {
        /// An NVDIMM in the firmware's NFIT table.
        case nvdimm
        /// A virtio device.
        case virtioPmem = "virtio-pmem"
    }

    /// What holds its bytes.
    public enum Backing: Sendable, Hashable {
        /// A file, mapped shared.
        case file(FilePath)
        /// A memfd, mapped shared.
        case memfd
        /// Anonymous memory.
        case ram
        /// A device-dax node.
        case devdax(FilePath)
    }

    /// The plan's name for it: 1 to 20 letters, digits, `-` and `_`.
    public var name: String
    /// What the guest sees.
    public var model: Model
    /// What holds its bytes.
    public var backing: Backing
    /// Bytes, labels included.
    public var size: Int
    /// Bytes of the label area; nil for none.
    public var label: Int?
    /// Bytes; nil for what the backing wants.
    public var align: Int?
    /// QEMU's `pmem=on`.
    public var pmem: Bool
    /// QEMU's `unarmed=on`.
    public var unarmed: Bool
    /// The backing is opened read-only.
    public var readOnly: Bool

    /// Persistent memory with these properties.
    public init(
        name: String, model: Model = .nvdimm, backing: Backing, size: Int, label: Int? = nil, align: Int? = nil,
        pmem: Bool = false, unarmed: Bool = false, readOnly: Bool = false
    ) {
        self.name = name
        self.model = model
        self.backing = backing
        self.size = size
        self.label = label
        self.align = align
        self.pmem = pmem
        self.unarmed = unarmed
        self.readOnly = readOnly
    }
}
