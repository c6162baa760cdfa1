import SystemPackage

/// The host's console, in each of its forms.
struct ConsoleDevices {
    private let devices: ClassDevices
    private var tree: SystemTree { devices.tree }

    init(_ devices: ClassDevices) {
        self.devices = devices
    }

    /// Why the console needs something at or below the directory of a function.
    func uses(below place: FilePath) -> [String] {
        var uses: [String] = []
        if bootDisplays(place) { uses.append("is the console's display (boot_vga)") }
        let buffers = devices.members(of: "graphics", below: place).filter { $0.hasPrefix("fb") }
        if !buffers.isEmpty { uses.append("carries the console's framebuffer (\(buffers.joined(separator: ", ")))") }
        for terminal in devices.members(of: "tty", below: place) { uses.append("carries the console \(terminal)") }
        // hvc0 is no child of the function whose port it is.
        if let console = devices.consoles.first(where: { $0.hasPrefix("hvc") }),
            !devices.members(of: "virtio-ports", below: place).isEmpty
        {
            uses.append("may carry the console \(console)")
        }
        return uses
    }

    /// True if the firmware's display is at a place or, for a bridge, behind it.
    private func bootDisplays(_ place: FilePath) -> Bool {
        if tree.text(place.appending("boot_vga")) == "1" { return true }
        let bus = PCIBus(tree)
        guard let address = (place.lastComponent?.string).flatMap({ PCIAddress($0) }), bus.isBridge(address) else {
            return false
        }
        let prefix = place.string + "/"
        return bus.addresses().contains { other in
            tree.text(bus.path(other).appending("boot_vga")) == "1"
                && (tree.resolved(bus.path(other))?.string.hasPrefix(prefix) ?? false)
        }
    }
}
