/// A disk of the guest, empty when the cell begins. It outlives the guest: one that takes another's place in the cell
/// finds it as it was left.
public struct DiskRequest: Sendable, Hashable {
    /// Limits by which the host slows a disk down, to widen a race or to act as a slow device (QEMU's `throttling.*`).
    public enum Limit: String, Sendable, Hashable, Codable, CaseIterable {
        /// Reads and writes a second.
        case totalOperations = "iops-total"
        /// Reads a second.
        case readOperations = "iops-read"
        /// Writes a second.
        case writeOperations = "iops-write"
        /// Bytes a second, both ways.
        case totalBytes = "bps-total"
        /// Bytes read a second.
        case readBytes = "bps-read"
        /// Bytes written a second.
        case writeBytes = "bps-write"
    }

    /// How the guest reaches it.
    public enum Interface: String, Sendable, Hashable, Codable, CaseIterable {
        /// virtio-blk.
        case virtio = "virtio-blk"
        /// NVMe.
        case nvme
    }

    /// The longest name in bytes: that of a virtio-blk serial number (virtio 1.2, 5.2.6.3).
    public static let longestName = 20

    /// The name: the disk's serial number, and `/dev/vmharness/NAME` in the guest. 1 to 20 letters, digits, `-` and `_`.
    public var name: String
    /// Its size, a multiple of 1 MiB up to 16 TiB; the file behind it is sparse.
    public var size: ByteCount
    /// How it is slowed down, each from 1; a total never stands beside one of its parts.
    public var limits: [Limit: Int]
    /// How the guest reaches it; ``Interface/virtio`` unless the plan says otherwise.
    public var interface: Interface
    /// NVMe only: the size of its zones, a power of two of which the disk's is a multiple, or nil for a disk without.
    public var zone: ByteCount?
    /// Errors with which it answers.
    public var faults: [DiskFaultRequest]
    /// Where it sits.
    public var place: PCIPlaceRequest
    /// Where the plan declares it.
    public var location: SourceLocation

    /// Creates a request.
    public init(
        name: String, size: ByteCount, limits: [Limit: Int] = [:], interface: Interface = .virtio,
        zone: ByteCount? = nil, faults: [DiskFaultRequest] = [], place: PCIPlaceRequest = .rootBus,
        location: SourceLocation
    ) {
        self.name = name
        self.size = size
        self.limits = limits
        self.interface = interface
        self.zone = zone
        self.faults = faults
        self.place = place
        self.location = location
    }
}
