import Foundation
import HostProcess
import SystemPackage

/// Which block devices the host uses: what is mounted or swapped to, and all that lies beneath.
struct StorageInUse {
    let tree: SystemTree
    /// Where directories of a machine below ours are mounted, by type of file system: `virtiofs`, `9p`.
    private var shared: [String: String] = [:]
    /// By the kernel's name of a block device: what it is used for.
    private var users: [String: [String]] = [:]

    init(_ tree: SystemTree) {
        self.tree = tree
        addMounts()
        addSwap()
        addBtrfs()
    }

    /// Why a disk is needed, looking at itself, its partitions and whatever is built on them (dm, LVM, md, bcache).
    func uses(of disk: String) -> [String] {
        let block = tree.path("sys/class/block")
        let directory = block.appending(disk)
        let partitions = tree.names(in: directory).filter { tree.exists(directory.appending("\($0)/partition")) }
        var uses: [String] = []
        var told: Set<String> = []
        for device in [disk] + partitions {
            var way: [String] = [device]
            var seen: Set<String> = [device]
            var next = 0
            // Upwards through the devices built on it. A tree of them, not a list: several may hold one.
            while next < way.count {
                for user in users[way[next]] ?? [] where told.insert(user).inserted {
                    let through = way[next] == device ? device : "\(device), \(way[next])"
                    uses.append("\(user) (\(through))")
                }
                for holder in tree.names(in: block.appending("\(way[next])/holders")) where seen.insert(holder).inserted
                {
                    way.append(holder)
                }
                next += 1
            }
            if uses.isEmpty, way.count > 1 { uses.append("carries \(way.dropFirst().joined(separator: ", "))") }
            if uses.isEmpty, isHeld(device) { uses.append("is held by something of the kernel's (\(device))") }
        }
        return uses
    }

    /// Why a virtio function is needed whose driver mounts directories of the machine below ours. Which of them is
    /// mounted cannot be told before Linux 6.9 (`/sys/fs/virtiofs`), so one that is mounted needs them all.
    func sharedUses(below place: FilePath) -> [String] {
        [("virtiofs", "virtiofs"), ("9p", "9pnet_virtio")].compactMap { type, driver in
            guard let mount = shared[type] else { return nil }
            let directory = tree.path("sys/bus/virtio/drivers/\(driver)")
            let isBelow = tree.names(in: directory).contains { name in
                name.hasPrefix("virtio")
                    && (tree.resolved(directory.appending(name))?.string.hasPrefix(place.string + "/") ?? false)
            }
            return isBelow ? "may carry \(mount) (\(type))" : nil
        }
    }

    /// True if something has the device for itself, as file systems, swap, md, dm and ZFS do: what mountinfo of our
    /// namespace does not show, the kernel refuses here.
    private func isHeld(_ device: String) -> Bool {
        guard tree.isHost else { return false }
        let descriptor = open("/dev/\(device)", O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK)
        if descriptor >= 0 {
            close(descriptor)
            return false
        }
        return errno == EBUSY
    }

    private mutating func addMounts() {
        // proc(5): ID parent major:minor root mountpoint options … - type source options
        for line in (tree.text(tree.path("proc/self/mountinfo")) ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 2 < fields.count else { continue }
            let use = "carries \(Self.unescaped(fields[4]))"
            let type = String(fields[dash + 1])
            if ["virtiofs", "9p"].contains(type) { shared[type] = shared[type] ?? Self.unescaped(fields[4]) }
            if let name = tree.linkName(tree.path("sys/dev/block/\(fields[2])")) { add(use, to: name) }
            // btrfs has a number of its own there; the source is one of its devices.
            if fields[dash + 2].hasPrefix("/dev/"), let name = name(ofNode: Self.unescaped(fields[dash + 2])) {
                add(use, to: name)
            }
        }
    }

    private mutating func addSwap() {
        for line in (tree.text(tree.path("proc/swaps")) ?? "").split(separator: "\n").dropFirst() {
            guard let path = line.split(separator: " ").first, path.hasPrefix("/dev/") else { continue }
            if let name = name(ofNode: Self.unescaped(path)) { add("carries swap", to: name) }
        }
    }

    /// A btrfs of several devices names one of them in mountinfo.
    private mutating func addBtrfs() {
        let directory = tree.path("sys/fs/btrfs")
        for id in tree.names(in: directory) {
            for name in tree.names(in: directory.appending("\(id)/devices")) { add("carries a btrfs", to: name) }
        }
    }

    private mutating func add(_ use: String, to name: String) {
        if !(users[name] ?? []).contains(use) { users[name, default: []].append(use) }
    }

    /// The kernel's name of a device node; nil if it is none of a block device. `/dev/mapper/…` is a link to it.
    private func name(ofNode node: String) -> String? {
        let path = tree.path(String(node.dropFirst()))
        let name = (tree.resolved(path) ?? path).lastComponent?.string
        return name.flatMap { tree.exists(tree.path("sys/class/block/\($0)")) ? $0 : nil }
    }

    /// The kernel writes blanks, tabs, newlines and backslashes in these files as `\040` and so on.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
