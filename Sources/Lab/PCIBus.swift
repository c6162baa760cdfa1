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

    /// The addresses of all functions.
    func addresses() -> [PCIAddress] { tree.names(in: directory.appending("devices")).compactMap { PCIAddress($0) } }

    /// True if it is a bridge by its configuration header.
    func isBridge(_ address: PCIAddress) -> Bool { headerType(path(address)) != 0 }

    /// All functions, by address.
    public func functions() -> [HostPCIFunction] {
        let devices = ClassDevices(tree)
        return addresses().compactMap { function(at: $0, devices) }
    }

    /// The function at an address; nil if there is none.
    public func function(at address: PCIAddress) -> HostPCIFunction? { function(at: address, ClassDevices(tree)) }

    func function(at address: PCIAddress, _ devices: ClassDevices) -> HostPCIFunction? {
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
            interfaces: devices.members(of: "net", below: place),
            disks: devices.disks(below: place))
    }

    /// The functions and other devices of an IOMMU group, by name.
    func members(of group: Int) -> [String] {
        tree.names(in: tree.path("sys/kernel/iommu_groups/\(group)/devices"))
    }

    /// The driver that a function is bound to at this moment; nil for none.
    func driver(of address: PCIAddress) -> String? { tree.linkName(path(address).appending("driver")) }

    /// The virtual functions that a physical one has now (`virtfn0`, … in its directory), in their order.
    func virtualFunctions(of address: PCIAddress) -> [PCIAddress] {
        guard let place = tree.resolved(path(address)) else { return [] }
        let numbered = tree.names(in: place).compactMap { name in
            name.hasPrefix("virtfn") ? Int(name.dropFirst("virtfn".count)).map { ($0, name) } : nil
        }
        return numbered.sorted { $0.0 < $1.0 }.compactMap { tree.linkName(place.appending($0.1)) }
            .compactMap { PCIAddress($0) }
    }

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
