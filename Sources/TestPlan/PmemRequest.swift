/// Persistent memory of the guest: an emulated NVDIMM, or virtio-pmem. Like a disk, that over a file is empty when the
/// cell begins, unless ``contents`` names an image, and outlives the guest. A device-dax node of the host holds what
/// the guest before left in it, of whatever cell or run.
public struct PmemRequest: Sendable, Hashable {
    /// What the guest sees.
    public enum Model: String, Sendable, Hashable, Codable, CaseIterable {
        /// An NVDIMM in the firmware's NFIT table, which may have labels (QEMU's docs/nvdimm.txt).
        case nvdimm
        /// A virtio device without labels, whose flushes are requests to the host (virtio 1.2, 5.19).
        case virtioPmem = "virtio-pmem"
    }

    /// What holds its bytes on the host.
    public enum Backing: Sendable, Hashable {
        /// A sparse file in the cell's scratch directory, mapped shared.
        case file
        /// A memfd, mapped shared: gone with the guest.
        case memfd
        /// Anonymous memory of QEMU: gone with the guest.
        case ram
        /// A device-dax node of the host, such as `/dev/dax0.0`.
        case devdax(String)

        /// As a plan has it.
        public var text: String {
            switch self {
            case .file: "file"
            case .memfd: "memfd"
            case .ram: "ram"
            case .devdax(let node): node
            }
        }
    }

    /// The name: `/dev/vmharness/NAME` in the guest once a `pmem` step has given it a mode.
    /// 1 to 20 letters, digits, `-` and `_`.
    public var name: String
    /// What the guest sees.
    public var model: Model
    /// What holds its bytes; ``Backing/file`` unless the plan says otherwise.
    public var backing: Backing
    /// Its size, labels included, as QEMU counts it.
    public var size: ByteCount
    /// The label area at its end, at least 128 KiB, or nil for none. Only an NVDIMM has one.
    public var label: ByteCount?
    /// The alignment of QEMU's mapping, or nil for what the backing wants.
    public var align: ByteCount?
    /// QEMU's `pmem=on`: it makes its own writes durable by libpmem.
    public var pmem: Bool
    /// QEMU's `unarmed=on`: the guest is told that writes may be lost, and takes the memory as read-only.
    public var unarmed: Bool
    /// The backing is opened read-only.
    public var readOnly: Bool
    /// An image below the plan's directory with which it begins, or nil for zeros.
    public var contents: String?
    /// Where the plan declares it.
    public var location: SourceLocation

    /// Creates a request.
    public init(
        name: String, model: Model = .nvdimm, backing: Backing = .file, size: ByteCount, label: ByteCount? = nil,
        align: ByteCount? = nil, pmem: Bool = false, unarmed: Bool = false, readOnly: Bool = false,
        contents: String? = nil, location: SourceLocation
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
        self.contents = contents
        self.location = location
    }
}

/// What the guest makes of persistent memory (ndctl-create-namespace(1), `--mode`).
public enum PmemMode: String, Sendable, Hashable, Codable, CaseIterable {
    /// A block device whose file systems may map it directly.
    case fsdax
    /// A character device to be mapped.
    case devdax
    /// A block device with atomic sectors (BTT), without DAX.
    case sector
    /// The plain block device.
    case raw
}

/// How the guest arranges persistent memory. What is left open is the kernel's or ndctl's default; what is there
/// already and fits is kept.
public struct PmemLayout: Sendable, Hashable {
    /// By what the guest changes a mode.
    public enum Tool: String, Sendable, Hashable, Codable, CaseIterable {
        /// ndctl where the guest has it, else sysfs.
        case any
        /// ndctl(1).
        case ndctl
        /// The attributes of libnvdimm alone (Documentation/driver-api/nvdimm).
        case sysfs
    }

    /// Where the kernel keeps its `struct page` for the memory.
    public enum PageMap: String, Sendable, Hashable, Codable, CaseIterable {
        /// In the persistent memory itself, which gets smaller by 64 bytes a page.
        case dev
        /// In the guest's ordinary memory.
        case mem
    }

    /// What it becomes.
    public var mode: PmemMode
    /// By what; ``Tool/any`` unless the plan says otherwise.
    public var tool: Tool
    /// Bytes of a sector of the mode ``PmemMode/sector``: 512, 520, 528, 4096, 4104, 4160 or 4224.
    public var sectorSize: Int?
    /// Where the page structures lie, for ``PmemMode/fsdax`` and ``PmemMode/devdax``.
    public var map: PageMap?
    /// The alignment of mappings, for ``PmemMode/fsdax`` and ``PmemMode/devdax``: 4 KiB, 2 MiB or 1 GiB.
    public var align: ByteCount?

    /// A mode and what shall be special about it.
    public init(
        mode: PmemMode, tool: Tool = .any, sectorSize: Int? = nil, map: PageMap? = nil, align: ByteCount? = nil
    ) {
        self.mode = mode
        self.tool = tool
        self.sectorSize = sectorSize
        self.map = map
        self.align = align
    }
}
