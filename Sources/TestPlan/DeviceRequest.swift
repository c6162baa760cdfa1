/// A device the guest gets beyond what every guest has.
public enum DeviceRequest: Sendable, Hashable {
    /// A directory shared over virtiofs.
    case virtiofs(VirtiofsRequest)
    /// A disk of its own.
    case disk(DiskRequest)
    /// Persistent memory: an NVDIMM or virtio-pmem.
    case pmem(PmemRequest)
    /// A network card beside the one that carries SSH.
    case nic(NICRequest)
    /// Another emulated PCI function.
    case pci(PCIFunctionRequest)
    /// A PCI function of the host.
    case vfio(PassthroughRequest)

    /// The name by which the guest knows it, unique in the guest: the tag of a share, the name of anything else.
    public var name: String {
        switch self {
        case .virtiofs(let request): request.tag
        case .disk(let request): request.name
        case .pmem(let request): request.name
        case .nic(let request): request.name
        case .pci(let request): request.name
        case .vfio(let request): request.name
        }
    }

    /// Where on the PCI bus it sits; nil for what has no say in that.
    public var place: PCIPlaceRequest? {
        switch self {
        case .disk(let request): request.place
        case .nic(let request): request.place
        case .pci(let request): request.place
        case .virtiofs, .pmem, .vfio: nil
        }
    }

    /// What it is, with its article.
    var kind: String {
        switch self {
        case .virtiofs: "a virtiofs device"
        case .disk: "a disk"
        case .pmem: "persistent memory"
        case .nic: "a network card"
        case .pci: "a PCI function"
        case .vfio: "a function of the host"
        }
    }

    /// Where the plan declares it.
    public var location: SourceLocation {
        switch self {
        case .virtiofs(let request): request.location
        case .disk(let request): request.location
        case .pmem(let request): request.location
        case .nic(let request): request.location
        case .pci(let request): request.location
        case .vfio(let request): request.location
        }
    }
}

/// A directory of the host which the guest can mount by its tag.
public struct VirtiofsRequest: Sendable, Hashable {
    /// virtiofsd's `--cache` modes, which decide whether the guest may use its page cache.
    public enum Cache: String, Sendable, Hashable, Codable, CaseIterable {
        /// No caching: every read is direct (`never` in the Rust daemon).
        case none
        /// Close-to-open coherence.
        case auto
        /// Everything is cached until evicted.
        case always
        /// Metadata is cached, data is read directly. Only the Rust daemon has it.
        case metadata
    }

    /// Which implementation of virtiofsd serves the directory.
    public enum Daemon: String, Sendable, Hashable, Codable, CaseIterable {
        /// Whichever is installed.
        case any
        /// The C daemon which came with QEMU up to 7.2.
        case c
        /// The Rust daemon.
        case rust
    }

    /// The largest tag in bytes (virtio 1.2, 5.11.4: `u8 tag[36]`).
    public static let longestTag = 36

    /// The name by which the guest mounts it: 1 to 36 of letters, digits, `.`, `_` and `-`.
    public var tag: String
    /// The cache mode; ``Cache/auto`` unless the plan says otherwise.
    public var cache: Cache
    /// The directory on the host, below the plan's own directory, or nil for an empty one made for each cell.
    public var share: String?
    /// The daemon; ``Daemon/any`` unless the plan says otherwise.
    public var daemon: Daemon
    /// Whether the guest may not write.
    public var readOnly: Bool
    /// Where the plan declares it.
    public var location: SourceLocation

    /// Creates a request.
    public init(
        tag: String,
        cache: Cache = .auto,
        share: String? = nil,
        daemon: Daemon = .any,
        readOnly: Bool = false,
        location: SourceLocation
    ) {
        self.tag = tag
        self.cache = cache
        self.share = share
        self.daemon = daemon
        self.readOnly = readOnly
        self.location = location
    }
}
