import HostProcess

/// Whether a whole IOMMU group can be given to user space: the members of a group can reach each other's memory, so
/// the kernel gives it away only if its own drivers hold none of them.
public struct GroupViability: Sendable, Hashable {
    /// A member that is held by a driver of the host's.
    public struct Blocker: Sendable, Hashable, CustomStringConvertible {
        /// An address, or the name of a device that is no PCI function.
        public var name: String
        /// Its driver.
        public var driver: String

        /// `0000:05:02.0 (e1000)`.
        public var description: String { "\(name) (\(driver))" }
    }

    /// The group's number.
    public var group: Int
    /// All members, by name.
    public var members: [String]
    /// Those that block it.
    public var blockers: [Blocker]

    /// Looks at a group.
    ///
    /// Unbound members and those of vfio's drivers and pci-stub block nothing, nor do bridges: until Linux 5.18 by
    /// their header type (vfio_dev_driver_allowed of drivers/vfio/vfio.c), and since then by the mark of the port
    /// driver that it does no DMA of its own (driver_managed_dma in drivers/pci/pcie/portdrv_pci.c). Where the kernel
    /// sees it otherwise, it says so when the group is opened (``VFIOGroup``).
    ///
    /// - Parameters:
    ///   - group: the group's number.
    ///   - bus: the host's functions.
    ///   - taken: members that are to be bound to vfio-pci, so their present drivers do not count.
    init(of group: Int, on bus: PCIBus, taken: Set<PCIAddress>) {
        self.group = group
        members = bus.members(of: group)
        blockers = members.compactMap { name in
            guard let address = PCIAddress(name) else {
                let driver = bus.tree.linkName(
                    bus.tree.path("sys/kernel/iommu_groups/\(group)/devices/\(name)/driver"))
                return driver.map { Blocker(name: name, driver: $0) }
            }
            guard !taken.contains(address), let driver = bus.driver(of: address), driver != "pci-stub",
                !VFIODriver.isOne(driver), !bus.isBridge(address)
            else { return nil }
            return Blocker(name: name, driver: driver)
        }
    }

    /// The refusal; nil if nothing blocks the group.
    ///
    /// - Parameter address: the function that was asked for.
    func refusal(of address: PCIAddress) -> Failure? {
        guard !blockers.isEmpty else { return nil }
        let names = blockers.map(\.description).joined(separator: ", ")
        return Failure(
            "IOMMU group \(group) is not viable: \(names) in it belongs to the host", on: "\(address)",
            advice: "ask for \(blockers.count == 1 ? "that function" : "those functions") as well, unbind "
                + "\(blockers.count == 1 ? "it" : "them") from the driver, or move the card to another slot",
            blame: .request)
    }
}
