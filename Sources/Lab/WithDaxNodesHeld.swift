import Foundation
import HostProcess
import SystemPackage

/// Has device-dax nodes for one guest alone while `body` runs: the kernel lets any number of processes map one, and
/// two guests in one memory corrupt each other.
///
/// - Parameters:
///   - nodes: all those of the guest.
///   - tree: where the host's `/run`, `/tmp` and `/proc` are.
///   - body: runs under the locks. Guests of one process wait for each other.
/// - Throws: `Failure` if another process holds one or has it open; what `body` throws.
public func withDaxNodesHeld<Value>(
    _ nodes: [DaxDevice], on tree: SystemTree = .host, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Value
) async throws -> Value {
    guard !nodes.isEmpty else { return try await body() }
    let locks = DeviceLocks(tree: tree)
    try locks.prepare()
    var held: [FileLock] = []
    defer { for lock in held { lock.release() } }
    // By number, since a node may have several names; in its order, so that no two guests wait for each other.
    for (_, alike) in Dictionary(grouping: nodes, by: \.number).sorted(by: { $0.key < $1.key }) {
        let node = alike[0]
        let lock = try await locks.take("dax-\(node.numbers)") { holder in
            Failure(
                "the device-dax node is held by \(holder.map { "vmharness (pid \($0))" } ?? "another process")",
                on: node.path.string, advice: "wait for it to end, or name another node")
        }
        held.append(lock)
        try await node.refuseIfOpen(on: tree)
    }
    return try await body()
}

extension DaxDevice {
    /// Refuses a node that some process has open or mapped. Those of other users are seen by root only. One that was
    /// killed just now is given time to go.
    func refuseIfOpen(on tree: SystemTree, patience: Duration = .seconds(2)) async throws {
        let deadline = ContinuousClock.now + patience
        while true {
            let users = users(on: tree)
            guard !users.isEmpty else { return }
            guard ContinuousClock.now < deadline else {
                throw Failure(
                    "the device-dax node is in use by \(users.joined(separator: ", "))", on: path.string,
                    advice: "end it, or name another node")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// The processes that have it open or mapped, with the names of their programs.
    private func users(on tree: SystemTree) -> [String] {
        let own = "\(getpid())"
        return tree.processes { process in
            process.lastComponent?.string != own && (isOpen(in: process, tree) || isMapped(in: process, tree))
        }
    }

    private func isOpen(in process: FilePath, _ tree: SystemTree) -> Bool {
        let directory = process.appending("fd")
        return tree.names(in: directory).contains { isSelf(directory.appending($0)) }
    }

    /// A mapping outlives the descriptor. Its line ends with the node's name, as the process sees it.
    private func isMapped(in process: FilePath, _ tree: SystemTree) -> Bool {
        let lines = (tree.text(process.appending("maps")) ?? "").split(separator: "\n")
        let names = Set(lines.compactMap { line in line.firstIndex(of: "/").map { line[$0...] } })
        return names.contains { name in
            name == path.string
                || (name.hasPrefix("/dev/") && isSelf(process.appending("root").appending(String(name))))
        }
    }

    private func isSelf(_ file: FilePath) -> Bool {
        var status = stat()
        return stat(file.string, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
            && UInt64(status.st_rdev) == number
    }
}
