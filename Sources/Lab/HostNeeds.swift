import Foundation
import HostProcess
import SystemPackage

/// What the host cannot do without: no function that carries any of it is ever taken.
public struct HostNeeds: Sendable {
    let tree: SystemTree
    let devices: ClassDevices
    let storage: StorageInUse
    let network: DefaultRoutes

    /// Looks at what is mounted, swapped to and routed by now.
    public init(_ tree: SystemTree = .host) {
        self.tree = tree
        devices = ClassDevices(tree)
        storage = StorageInUse(tree)
        network = DefaultRoutes(tree)
    }

    /// Why the host needs a function, a reason each (`carries / (nvme0n1p2, dm-0)`); empty if it does not.
    public func reasons(for address: PCIAddress) -> [String] {
        let bus = PCIBus(tree)
        guard let place = tree.resolved(bus.path(address)) else { return [] }
        var reasons = self.reasons(below: place)
        // A physical function takes its virtual ones along.
        for virtual in bus.virtualFunctions(of: address) {
            let words = "has the virtual function \(virtual), which"
            if let place = tree.resolved(bus.path(virtual)) {
                reasons += self.reasons(below: place).map { "\(words) \($0)" }
            }
            // Its machine would lose it with no more warning than a pulled card gives.
            if let driver = bus.driver(of: virtual), VFIODriver.isOne(driver) {
                reasons.append("\(words) \(driver) may have given to a guest")
            }
        }
        return reasons
    }

    private func reasons(below place: FilePath) -> [String] {
        devices.disks(below: place).flatMap(storage.uses)
            + devices.members(of: "net", below: place).compactMap(network.use)
            + storage.sharedUses(below: place) + ConsoleDevices(devices).uses(below: place)
    }
}
