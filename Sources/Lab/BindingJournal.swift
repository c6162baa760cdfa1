public import struct Foundation.Date

/// What a function was before it was bound to vfio-pci, written down before the first change, so that whoever comes
/// after a killed process can put it back.
public struct BindingJournal: Sendable, Hashable, Codable {
    /// The function.
    public var address: PCIAddress
    /// Its driver; nil if it had none.
    public var driver: String?
    /// Its `driver_override`; nil if it had none.
    public var driverOverride: String?
    /// Its IOMMU group, whose lock its holder has.
    public var group: Int
    /// Who bound it.
    public var pid: Int
    /// The scope of its invocation (the directory below `/tmp/vmharness-UID`); nil outside of one.
    public var scope: String?
    /// The boot it belongs to (`/proc/sys/kernel/random/boot_id`): a function has no past before it.
    public var boot: String
    /// When.
    public var since: Date

    /// The program and process that bound it, in words.
    public var holder: String { "vmharness (pid \(pid))" }
}
