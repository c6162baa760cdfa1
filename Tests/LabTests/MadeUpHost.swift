import Foundation
import HostProcess
import Lab
import SystemPackage
import TestSupport

/// A made-up host below a scratch directory, with a kernel that carries out the writes to `driver_override`, `unbind`,
/// `bind` and `drivers_probe` as Linux does.
struct MadeUpHost {
    struct Killed: Error {}

    let root: FilePath
    private let writes = Locked(0)

    init(_ root: FilePath) throws {
        self.root = root
        for directory in [
            "sys/bus/pci/devices", "sys/bus/pci/drivers/vfio-pci", "sys/module/vfio_iommu_type1/parameters",
            "sys/class/iommu/dmar0/intel-iommu", "sys/class/block", "sys/class/net", "sys/class/tty", "dev", "run",
            "tmp",
        ] { try make(directory) }
        try put("sys/class/iommu/dmar0/intel-iommu/ecap", "f02008\n")
        try put("sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "N\n")
        try put("proc/sys/kernel/random/boot_id", "boot-1\n")
        try put("proc/interrupts", "  0:  10  0  IR-IO-APIC  2-edge  timer\n")
        try put("proc/cmdline", "quiet intel_iommu=on\n")
    }

    /// The host, as long as nothing kills us before write number `limit`, from 1.
    ///
    /// - Parameter isOurs: false for an ordinary user.
    func tree(killedAtWrite limit: Int = .max, isOurs: Bool = true) -> SystemTree {
        writes.set(0)
        return SystemTree(root: root, isOurs: isOurs, load: { try load($0) }, canLoad: { hasModule($0) }) {
            [self] path, value in
            writes.set(writes.get() + 1)
            guard writes.get() < limit else { throw Killed() }
            try carryOut(path, value.trimmingCharacters(in: .newlines))
        }
    }

    /// How many writes there were since the last tree was made.
    var writeCount: Int { writes.get() }

    /// Adds a function on a bus, behind the bridges named before it.
    func add(
        _ address: String, behind bridges: [String] = [], driver: String? = nil, group: Int? = nil,
        identity: (Int, Int) = (0x8086, 0x10d3), code: Int = 0x020000, header: UInt8 = 0
    ) throws {
        let place = "sys/devices/pci0000:00/" + (bridges + [address]).joined(separator: "/")
        try make(place)
        try put("\(place)/vendor", "0x\(String(identity.0, radix: 16))\n")
        try put("\(place)/device", "0x\(String(identity.1, radix: 16))\n")
        try put("\(place)/class", "0x\(String(code, radix: 16))\n")
        try put("\(place)/driver_override", "(null)\n")
        var configuration = [UInt8](repeating: 0, count: 64)
        configuration[14] = header | 0x80
        try Data(configuration).write(to: URL(filePath: root.appending("\(place)/config").string))
        try link("sys/bus/pci/devices/\(address)", to: place)
        if let group {
            try make("sys/kernel/iommu_groups/\(group)/devices")
            try link("sys/kernel/iommu_groups/\(group)/devices/\(address)", to: place)
            try link("\(place)/iommu_group", to: "sys/kernel/iommu_groups/\(group)")
        }
        if let driver {
            try make("sys/bus/pci/drivers/\(driver)")
            try put("\(place)/native", driver)
            try attach(driver, root.appending(place))
        }
    }

    /// Adds a device of a class below a function: `block`, `net`, ….
    func add(_ kind: String, _ name: String, below address: String, also children: [String] = []) throws {
        let place = try place(of: address).appending("\(kind)/\(name)").string.dropFirst(root.string.count + 1)
        try make(String(place))
        try link("sys/class/\(kind)/\(name)", to: String(place))
        for child in children {
            try put("\(place)/\(child)/partition", "1\n")
            try link("sys/class/\(kind)/\(child)", to: "\(place)/\(child)")
        }
    }

    func driver(of address: String) throws -> String? {
        let link = try place(of: address).appending("driver").string
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: link))
            .flatMap { FilePath($0).lastComponent?.string }
    }

    func driverOverride(of address: String) throws -> String {
        try String(contentsOfFile: place(of: address).appending("driver_override").string, encoding: .utf8)
    }

    func make(_ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: root.appending(path).string, withIntermediateDirectories: true)
    }

    func put(_ path: String, _ text: String) throws {
        try make(FilePath(path).removingLastComponent().string)
        try Data(text.utf8).write(to: URL(filePath: root.appending(path).string))
    }

    func remove(_ path: String) throws {
        try FileManager.default.removeItem(atPath: root.appending(path).string)
    }

    /// A link below the root to something below the root, both without the root.
    func link(_ path: String, to target: String) throws {
        try make(FilePath(path).removingLastComponent().string)
        try FileManager.default.createSymbolicLink(
            atPath: root.appending(path).string, withDestinationPath: root.appending(target).string)
    }

    private func place(of address: String) throws -> FilePath {
        FilePath(
            try FileManager.default.destinationOfSymbolicLink(
                atPath: root.appending("sys/bus/pci/devices/\(address)").string))
    }

    private func attach(_ driver: String, _ place: FilePath) throws {
        try FileManager.default.createSymbolicLink(
            atPath: place.appending("driver").string,
            withDestinationPath: root.appending("sys/bus/pci/drivers/\(driver)").string)
    }

    private func hasModule(_ module: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending("modules/\(module)").string)
    }

    /// Modules lie in `modules`, and appear where Linux has them.
    private func load(_ module: String) throws {
        guard hasModule(module) else { throw Failure("no such module", on: module, advice: "") }
        try make(module == "vfio-pci" ? "sys/bus/pci/drivers/vfio-pci" : "sys/module/\(module)")
    }

    private func carryOut(_ path: FilePath, _ value: String) throws {
        switch path.lastComponent?.string {
        case "driver_override":
            try Data((value.isEmpty ? "(null)" : value).utf8).write(to: URL(filePath: path.string))
        case "unbind":
            try FileManager.default.removeItem(atPath: path.removingLastComponent().string)
        case "drivers_probe":
            let place = try place(of: value)
            let wanted = try driverOverride(of: value)
            let native = try? String(contentsOfFile: place.appending("native").string, encoding: .utf8)
            if let driver = wanted == "(null)" ? native : wanted { try attach(driver, place) }
        case "bind":
            try attach(path.removingLastComponent().lastComponent!.string, place(of: value))
        default: throw Failure("not a file of the made-up kernel's", on: path.string, advice: "")
        }
    }
}
