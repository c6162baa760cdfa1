import Foundation
import HostProcess
import SystemPackage

/// Runs `body` beside a virtiofsd that listens on `socket`.
///
/// The daemon serves one connection, and a connection made to see whether it
/// is up would be that one; so the kernel's own list of sockets is asked.
///
/// - Parameters:
///   - share: what to serve.
///   - socket: where to listen.
///   - log: gets what the daemon says.
///   - onEnd: called when the daemon ends while `body` runs.
///   - body: runs once the daemon listens.
/// - Throws: `Failure` if it does not come up; what `body` throws.
func withVirtiofsd<Value: Sendable>(
    _ share: Share,
    socket: FilePath,
    log: BoundedFile,
    onEnd: @Sendable @escaping (Termination) -> Void,
    _ body: @Sendable @escaping (Child) async throws -> Value
) async throws -> Value {
    let command = try share.daemon.command(serving: share, on: socket)
    return try await withChild(command, grace: .seconds(1), output: { log.write($0) }) { daemon in
        let deadline = ContinuousClock.now + .seconds(20)
        while !isListening(socket) {
            guard daemon.termination == nil, ContinuousClock.now < deadline else {
                throw Failure(
                    "virtiofsd did not start" + (daemon.termination.map { ": \($0)" } ?? " within 20 s"),
                    on: command.description, advice: "it says why in \(log.path)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return try await withTasks {
            onEnd(try await daemon.waitForEnd())
        } body: {
            try await body(daemon)
        }
    }
}

/// True if a socket of that path is listening (`__SO_ACCEPTCON` in
/// `/proc/net/unix`, net/unix/af_unix.c).
private func isListening(_ socket: FilePath) -> Bool {
    guard let table = ProcessTable.read("/proc/net/unix") else { return false }
    return String(decoding: table, as: UTF8.self).split(separator: "\n").contains { line in
        let fields = line.split(separator: " ")
        return fields.count >= 8 && fields[3] == "00010000" && fields[7...].joined(separator: " ") == socket.string
    }
}
