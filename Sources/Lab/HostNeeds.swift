import Foundation
import HostProcess
import SystemPackage

/// What the host cannot do without: no function that carries any of it is ever taken.
public struct HostNeeds: Sendable {
    let tree: SystemTree
    let storage: StorageInUse
    let network: DefaultRoutes

    /// Looks at what is mounted, swapped to and routed by now.
    public init(_ tree: SystemTree = .host) {
        self.tree = tree
        storage = StorageInUse(tree)
        network = DefaultRoutes(tree)
    }

    /// Why the host needs a function, a reason each (`carries / (nvme0n1p2, dm-0)`); empty if it does not.
    public func reasons(for address: PCIAddress) -> [String] {
        let bus = PCIBus(tree)
        guard let place = tree.resolved(bus.path(address)) else { return [] }
        var reasons = self.reasons(below: place)
        // A physical function takes its virtual ones along.
        for name in tree.names(in: place) where name.hasPrefix("virtfn") {
            guard let virtual = tree.resolved(place.appending(name)), let last = virtual.lastComponent else { continue }
            reasons += self.reasons(below: virtual).map { "its virtual function \(last.string): \($0)" }
        }
        return reasons
    }

    private func reasons(below place: FilePath) -> [String] {
        let devices = DevicesBelow(tree, place)
        return devices.disks.flatMap(storage.uses) + devices.interfaces.compactMap(network.use)
            + ConsoleDevices(tree).uses(devices)
    }
}

/// The host's console, in each of its forms.
struct ConsoleDevices {
    let tree: SystemTree

    init(_ tree: SystemTree) {
        self.tree = tree
    }

    /// Why the console needs something below a function.
    func uses(_ devices: DevicesBelow) -> [String] {
        var uses: [String] = []
        if bootDisplays(devices.place) { uses.append("is the console's display (boot_vga)") }
        let buffers = devices.members(of: "graphics").filter { $0.hasPrefix("fb") }
        if !buffers.isEmpty { uses.append("carries the console's framebuffer (\(buffers.joined(separator: ", ")))") }
        let consoles = (tree.text(tree.path("proc/consoles")) ?? "").split(separator: "\n")
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        for terminal in devices.members(of: "tty") where consoles.contains(terminal) {
            uses.append("carries the console \(terminal)")
        }
        // hvc0 is no child of the function whose port it is.
        if let console = consoles.first(where: { $0.hasPrefix("hvc") }), !devices.members(of: "virtio-ports").isEmpty {
            uses.append("may carry the console \(console)")
        }
        return uses
    }

    /// True if the firmware's display is at a place or, for a bridge, behind it.
    private func bootDisplays(_ place: FilePath) -> Bool {
        if tree.text(place.appending("boot_vga")) == "1" { return true }
        let bus = PCIBus(tree)
        return tree.names(in: bus.directory.appending("devices")).contains { name in
            let path = bus.directory.appending("devices").appending(name)
            return tree.text(path.appending("boot_vga")) == "1"
                && (tree.resolved(path)?.starts(with: place) ?? false)
        }
    }
}
