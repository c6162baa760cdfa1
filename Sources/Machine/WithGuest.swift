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
///   - logs: where the programs' own words go.
///   - console: gets the serial console's bytes as they come, in order.
///   - body: runs once the guest's CPUs have been started.
/// - Throws: `Failure` if QEMU or a daemon cannot be started; what `body` throws.
public func withGuest<Value: Sendable>(
    _ specification: GuestSpecification,
    logs: GuestLogs,
    console: @Sendable @escaping (UnsafeRawBufferPointer) -> Void,
    _ body: @Sendable @escaping (Guest) async throws -> Value
) async throws -> Value {
    try await withScratchDirectory { directory in
        let paths = QEMUCommand.Paths(
            qmp: directory.appending("qmp"),
            console: directory.appending("con"),
            layers: try await layers(for: specification.disks, in: directory),
            shares: specification.shares.enumerated().reduce(into: [:]) { paths, share in
                paths[share.element.tag] = directory.appending("fs\(share.offset)")
            })
        let command = QEMUCommand(specification: specification, paths: paths).command
        let guest = Guest(specification: specification, command: command, directory: directory)
        return try await withConnections(of: guest, paths: paths, console: console) {
            try await withDaemons(specification.shares[...], of: guest, paths: paths, logs: logs) {
                try await withQEMU(guest, log: logs.qemu, body)
            }
        }
    }
}

/// Makes the writable layers over the images that are shared by all guests.
private func layers(for disks: [GuestSpecification.Disk], in directory: FilePath) async throws -> [String: FilePath] {
    var layers: [String: FilePath] = [:]
    for disk in disks where disk.access == .layered {
        let layer = directory.appending("\(disk.serial).qcow2")
        try await Command(
            "qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", disk.image.string, layer.string]
        ).check(timeout: .seconds(60), advice: "apt-get install qemu-utils")
        layers[disk.serial] = layer
    }
    return layers
}

/// Serves QMP and the console beside `body`, which starts once both listen.
private func withConnections<Value: Sendable>(
    of guest: Guest,
    paths: QEMUCommand.Paths,
    console: @Sendable @escaping (UnsafeRawBufferPointer) -> Void,
    _ body: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        let qmpListening = Signal()
        let consoleListening = Signal()
        group.addTask {
            try await withFirstConnection(at: paths.qmp, listening: qmpListening) { inbound, outbound in
                try await guest.qmp.serve(inbound, outbound)
            }
            return nil
        }
        group.addTask {
            for await event in guest.qmp.events { guest.note(event) }
            return nil
        }
        group.addTask {
            try await withFirstConnection(at: paths.console, listening: consoleListening) { inbound, _ in
                // A QEMU that is killed resets the connection: for a reader, that is its end.
                do {
                    for try await chunk in inbound { chunk.withUnsafeReadableBytes(console) }
                } catch is IOError {}
            }
            return nil
        }
        group.addTask {
            try await qmpListening.wait()
            try await consoleListening.wait()
            return try await body()
        }
        defer { group.cancelAll() }
        while let value = try await group.next() {
            if let value { return value }
        }
        throw CancellationError()
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

/// Starts QEMU, waits until it answers, lets the guest run, and ends it.
private func withQEMU<Value: Sendable>(
    _ guest: Guest, log: BoundedFile, _ body: @Sendable @escaping (Guest) async throws -> Value
) async throws -> Value {
    try await withChild(guest.command, output: { log.write($0) }) { qemu in
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                guest.note(.qemuEnded(try await qemu.waitForEnd()))
                return nil
            }
            group.addTask {
                try await start(guest, qemu, log: log)
                // Shielded: the guest is asked to quit on cancellation too, and
                // what that ends is no trouble.
                do {
                    let value = try await body(guest)
                    await quit(guest, qemu)
                    return value
                } catch {
                    guest.beginEnding()
                    throw error
                }
            }
            defer {
                guest.beginEnding()
                group.cancelAll()
            }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }
}

private func start(_ guest: Guest, _ qemu: Child, log: BoundedFile) async throws {
    let late = Failure(
        "QEMU did not answer on its QMP socket within 30 s", on: guest.command.executable,
        advice: "its words are in \(log.path)")
    do {
        try await withTimeout(.seconds(30), orThrow: late) { try await guest.qmp.negotiate() }
    } catch {
        try Task.checkCancellation()
        // A QEMU that refuses its arguments closes the socket first and ends then: why, is in its words.
        let termination = try await withTimeout(.seconds(5)) { try await qemu.waitForEnd() }
        guard let termination else { throw error }
        let words = (try? String(contentsOfFile: log.path.string, encoding: .utf8)) ?? ""
        let last = words.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
        let meaning = guest.specification.passthrough.isEmpty ? nil : PassthroughWords.advice(for: words)
        throw Failure(
            "QEMU did not start (\(termination))\(last)", on: guest.command.executable,
            advice: (meaning.map { "\($0); " } ?? "") + "its words are in \(log.path)")
    }
    guest.started(pid: qemu.pid, port: try forwardedPort(in: try await guest.monitor("info usernet")))
    try await guest.execute("cont")
}

/// Finds the port that the host's kernel chose, in `info usernet`:
/// `TCP[HOST_FORWARD]  12  127.0.0.1 44843  10.0.2.15  22  0  0`.
private func forwardedPort(in table: String) throws -> Int {
    for line in table.split(whereSeparator: \.isNewline) where line.contains("HOST_FORWARD") {
        let fields = line.split(separator: " ")
        if fields.count > 3, fields[2] == "127.0.0.1", let port = Int(fields[3]) { return port }
    }
    throw Failure("QEMU does not tell the forwarded port", on: "info usernet", advice: "")
}

private func quit(_ guest: Guest, _ qemu: Child) async {
    guest.beginEnding()
    _ = try? await guest.execute("quit", timeout: .seconds(5))
    _ = try? await withTimeout(.seconds(5)) { try await qemu.waitForEnd() }
}
