import HostProcess
import SystemPackage

/// The host's PCI functions.
public struct PCIBus: Sendable {
    /// Where they are read and written.
    public let tree: SystemTree

    /// The functions below a tree.
    public init(_ tree: SystemTree = .host) {
        self.tree = tree
    }

    var directory: FilePath { tree.path("sys/bus/pci") }

    /// The directory of a function, by way of the bus.
    func path(_ address: PCIAddress) -> FilePath { directory.appending("devices").appending(address.description) }

    /// All functions, by address.
    public func functions() -> [HostPCIFunction] {
        tree.names(in: directory.appending("devices")).compactMap { PCIAddress($0).flatMap(function) }
    }

    /// The function at an address; nil if there is none.
    public func function(at address: PCIAddress) -> HostPCIFunction? {
        let path = path(address)
        guard let vendor = tree.number(path.appending("vendor")), let device = tree.number(path.appending("device"))
        else { return nil }
        let place = tree.resolved(path) ?? path
        return HostPCIFunction(
            address: address, vendor: vendor, device: device,
            classCode: tree.number(path.appending("class")) ?? 0,
            isBridge: headerType(path) != 0,
            driver: tree.linkName(path.appending("driver")),
            driverOverride: driverOverride(path),
            group: tree.linkName(path.appending("iommu_group")).flatMap { Int($0) },
            resets: (tree.text(path.appending("reset_method")) ?? "").split(separator: " ").map(String.init),
            interfaces: DevicesBelow(tree, place).interfaces,
            disks: DevicesBelow(tree, place).disks)
    }

    /// The functions and other devices of an IOMMU group, by name.
    func members(of group: Int) -> [String] {
        tree.names(in: tree.path("sys/kernel/iommu_groups/\(group)/devices"))
    }

    /// The driver that a function is bound to at this moment; nil for none.
    func driver(of address: PCIAddress) -> String? { tree.linkName(path(address).appending("driver")) }

    private func driverOverride(_ path: FilePath) -> String? {
        guard let text = tree.text(path.appending("driver_override")), !text.isEmpty, text != "(null)" else {
            return nil
        }
        return text
    }

    /// The type in the configuration header: 0 for a function of its own, 1 for a PCI bridge, 2 for CardBus.
    private func headerType(_ path: FilePath) -> Int {
        // The configuration space of 64 bytes is readable by all; the highest bit of byte 14 tells of more functions.
        guard let bytes = ProcessTable.read(path.appending("config").string), bytes.count > 14 else { return 0 }
        return Int(bytes[14] & 0x7f)
    }
}

/// What hangs below a function in the tree of devices.
struct DevicesBelow {
    let tree: SystemTree
    /// The function's directory without links, `/sys/devices/pci0000:00/…`.
    let place: FilePath

    init(_ tree: SystemTree, _ place: FilePath) {
        self.tree = tree
        self.place = place
    }

    /// Network interfaces of this network namespace.
    var interfaces: [String] { members(of: "net") }

    /// Block devices that are no partitions.
    var disks: [String] {
        let direct = members(of: "block").filter { name in
            !tree.exists(tree.path("sys/class/block/\(name)/partition"))
        }
        // With multipath an NVMe's namespaces are devices of its subsystem, and not below the function.
        let controllers = members(of: "nvme")
        let subsystems = tree.path("sys/class/nvme-subsystem")
        let shared = tree.names(in: subsystems).filter { name in
            !Set(tree.names(in: subsystems.appending(name))).isDisjoint(with: controllers)
        }
        let heads = shared.flatMap { name in
            tree.names(in: subsystems.appending(name)).filter { tree.exists(tree.path("sys/class/block/\($0)")) }
        }
        return Set(direct + heads).sorted()
    }

    /// The names in a class of devices that lie below the function.
    func members(of kind: String) -> [String] {
        let directory = tree.path("sys/class").appending(kind)
        return tree.names(in: directory).filter { name in
            tree.resolved(directory.appending(name))?.starts(with: place) ?? false
        }
    }
}
