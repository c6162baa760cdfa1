import HostProcess
import SystemPackage

/// Where the devices of some classes are in the tree of devices, read once: a host has hundreds of them, and each
/// takes a walk along a symbolic link.
struct ClassDevices: Sendable {
    let tree: SystemTree
    /// By class: name and directory without links.
    private let places: [String: [(name: String, path: String)]]
    /// NVMe subsystems: the names in the directory of each.
    private let subsystems: [[String]]
    private let blockNames: Set<String>

    /// What the host's console is said to be on (proc_consoles(5)): `ttyS0`.
    let consoles: [String]

    init(_ tree: SystemTree) {
        self.tree = tree
        consoles = (tree.text(tree.path("proc/consoles")) ?? "").split(separator: "\n")
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        func members(_ kind: String, _ names: [String]? = nil) -> [(name: String, path: String)] {
            let directory = tree.path("sys/class/\(kind)")
            return (names ?? tree.names(in: directory)).compactMap { name in
                tree.resolved(directory.appending(name)).map { (name, $0.string) }
            }
        }
        var places: [String: [(name: String, path: String)]] = [:]
        for kind in ["block", "net", "nvme", "graphics", "virtio-ports"] { places[kind] = members(kind) }
        places["tty"] = members("tty", consoles)
        self.places = places
        blockNames = Set(places["block"]!.map(\.name))
        let directory = tree.path("sys/class/nvme-subsystem")
        subsystems = tree.names(in: directory).map { tree.names(in: directory.appending($0)) }
    }

    /// The devices of a class below a directory, by name.
    func members(of kind: String, below place: FilePath) -> [String] {
        let prefix = place.string + "/"
        return (places[kind] ?? []).filter { $0.path.hasPrefix(prefix) }.map(\.name)
    }

    /// The disks below a directory, without their partitions.
    func disks(below place: FilePath) -> [String] {
        let direct = members(of: "block", below: place).filter { name in
            !tree.exists(tree.path("sys/class/block/\(name)/partition"))
        }
        // With multipath an NVMe's namespaces are devices of its subsystem, and not below the function.
        let controllers = members(of: "nvme", below: place)
        let shared = subsystems.filter { !Set($0).isDisjoint(with: controllers) }.flatMap { $0 }
        return Set(direct + shared.filter(blockNames.contains)).sorted()
    }
}
