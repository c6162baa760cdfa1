import Foundation
public import HostProcess
import NIOCore
import SystemPackage

/// The files that a guest writes on the host.
public struct GuestLogs: Sendable {
    /// QEMU's own words.
    public let qemu: BoundedFile
    /// Each virtiofsd's own words, by share tag.
    public let virtiofsd: [String: BoundedFile]

    /// Where QEMU's and the daemons' words go.
    public init(qemu: BoundedFile, virtiofsd: [String: BoundedFile]) {
        self.qemu = qemu
        self.virtiofsd = virtiofsd
    }
}

/// Runs `body` beside a guest and ends the guest with the scope, on every path.
///
/// - Parameters:
///   - specification: the guest.
///   - backend: what starts it.
///   - logs: where the programs' own words go.
///   - console: gets the serial console's bytes as they come, in order.
///   - body: runs once the guest's CPUs have been started; those of a guest from a template stand still until
///     `Guest.resume`.
/// - Throws: `Failure` if QEMU or a daemon cannot be started; what `body` throws.
public func withGuest<Value: Sendable>(
    _ specification: GuestSpecification,
    backend: Backend = .qemu,
    logs: GuestLogs,
    console: @Sendable @escaping (UnsafeRawBufferPointer) -> Void,
    _ body: @Sendable @escaping (Guest) async throws -> Value
) async throws -> Value {
    try await withScratchDirectory { directory in
        let guest = Guest(specification: specification, directory: directory)
        let layers = try await layers(for: specification, in: directory)
        return try await withMemoryCopy(for: specification) { memory in
            if !memory.isEmpty { guest.remembers(in: memory) }
            defer { guest.remembers(in: nil) }
            let paths = QEMUCommand.Paths(specification, in: directory, layers: layers, memory: memory)
            return try await withConsole(at: paths.console, console) {
                try await withDaemons(specification.shares[...], of: guest, paths: paths, logs: logs) {
                    switch backend {
                    case .qemu: try await withQEMU(guest, paths: paths, log: logs.qemu, body)
                    case .libvirt(let host):
                        try await withDomain(guest, on: host, paths: paths, log: logs.qemu, body)
                    }
                }
            }
        }
    }
}

extension QEMUCommand.Paths {
    /// Where a guest's files lie in its directory.
    init(
        _ specification: GuestSpecification, in directory: FilePath, layers: [String: FilePath], memory: FilePath = ""
    ) {
        self.init(
            qmp: directory.appending("qmp"),
            console: directory.appending("con"),
            layers: layers,
            shares: specification.shares.enumerated().reduce(into: [:]) { paths, share in
                paths[share.element.tag] = directory.appending("fs\(share.offset)")
            },
            wake: directory.appending("wake"),
            memory: memory)
    }

    /// Where the layer over a disk's image lies.
    static func layer(of disk: GuestSpecification.Disk, in directory: FilePath) -> FilePath {
        directory.appending("\(disk.serial).qcow2")
    }
}

/// Makes the writable layers over the images that are shared by all guests. What a template has written to its root
/// disk is below the layer of a guest that starts from it.
private func layers(for specification: GuestSpecification, in directory: FilePath) async throws -> [String: FilePath] {
    var layers: [String: FilePath] = [:]
    for disk in specification.disks where disk.access == .layered {
        let layer = QEMUCommand.Paths.layer(of: disk, in: directory)
        var (format, below) = ("raw", disk.image)
        if case .template(let template, _) = specification.origin, disk.serial == "root" {
            (format, below) = ("qcow2", template.disk)
        }
        try await Command(
            "qemu-img", ["create", "-q", "-f", "qcow2", "-F", format, "-b", below.string, layer.string]
        ).check(timeout: .seconds(60), advice: "apt-get install qemu-utils")
        layers[disk.serial] = layer
    }
    return layers
}

/// Reads the console beside `body`, which starts once QEMU can connect to it.
private func withConsole<Value: Sendable>(
    at path: FilePath,
    _ console: @Sendable @escaping (UnsafeRawBufferPointer) -> Void,
    _ body: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    try await withConnection(at: path) { inbound, _ in
        // A QEMU that is killed resets the connection: for a reader, that is its end.
        do {
            for try await chunk in inbound { chunk.withUnsafeReadableBytes(console) }
        } catch is IOError {}
    } _: {
        try await body()
    }
}

/// Runs `body` beside the daemons of all shares, one scope inside the other.
private func withDaemons<Value: Sendable>(
    _ shares: ArraySlice<Share>,
    of guest: Guest,
    paths: QEMUCommand.Paths,
    logs: GuestLogs,
    _ body: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    guard let share = shares.first else { return try await body() }
    return try await withVirtiofsd(
        share, socket: paths.shares[share.tag]!, log: logs.virtiofsd[share.tag]!,
        onEnd: { guest.note(.virtiofsdEnded(tag: share.tag, $0)) }
    ) { daemon in
        guest.started(daemon: daemon.pid, for: share.tag)
        return try await withDaemons(shares.dropFirst(), of: guest, paths: paths, logs: logs, body)
    }
}

/// Finds the port that the host's kernel chose, in `info usernet`:
/// `TCP[HOST_FORWARD]  12  127.0.0.1 44843  10.0.2.15  22  0  0`.
func forwardedPort(in table: String) throws -> Int {
    for line in table.split(whereSeparator: \.isNewline) where line.contains("HOST_FORWARD") {
        let fields = line.split(separator: " ")
        if fields.count > 3, fields[2] == "127.0.0.1", let port = Int(fields[3]) { return port }
    }
    throw Failure("QEMU does not tell the forwarded port", on: "info usernet", advice: "")
}
