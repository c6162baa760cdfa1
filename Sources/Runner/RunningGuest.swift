import HostProcess
import Machine
import RemoteShell
import SystemPackage

/// A cell's guest, and what belongs to it.
struct RunningGuest: Sendable {
    let guest: Guest
    let recorder: ConsoleRecorder
    let logs: GuestLogs
    /// The host's directory behind each share's tag.
    let shares: [String: FilePath]
    /// The keys by which we get into it.
    let identity: SSHIdentity
    /// How it came to run.
    let start: GuestStarting.Decision

    /// Lets it run, waits until its init says that it is ready, and runs `body` with a shell in it.
    ///
    /// A guest from a template answers so soon that ssh is better started before it runs: the host's side of the
    /// connection stands then, and the guest lets us in when it can.
    ///
    /// - Parameters:
    ///   - limit: for the guest to answer its first command.
    ///   - ready: begins to listen for the init's word, calls what it is given, and waits for the word; if it returns
    ///     anything but nil, that is all.
    ///   - body: runs with the shell.
    /// - Throws: `Failure` if the guest does not let us in; what the closures throw.
    func withShell<Value: Sendable>(
        limit: Duration,
        ready: @Sendable @escaping (@escaping @Sendable () async throws -> Void) async throws -> Value?,
        _ body: @Sendable @escaping (RemoteShell) async throws -> Value
    ) async throws -> Value {
        guard case .template = guest.specification.origin else {
            if let value = try await ready({}) { return value }
            return try await RemoteShell.with(
                port: guest.sshPort, identity: identity, directory: guest.directory, timeout: limit, body)
        }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            let isConnecting = Signal()
            let isReady = Signal()
            group.addTask {
                let value = try await ready {
                    try await isConnecting.wait()
                    try await guest.resume()
                }
                if value == nil { isReady.fire() }
                return value
            }
            group.addTask {
                do {
                    return try await RemoteShell.with(
                        port: guest.sshPort, identity: identity, directory: guest.directory, timeout: limit,
                        connecting: { isConnecting.fire() }
                    ) { shell in
                        try await isReady.wait()
                        return try await body(shell)
                    }
                } catch {
                    // A guest that is not ready lets nobody in: what has become of it, the other task tells. One that
                    // is ready later is asked again.
                    guard !isReady.hasFired else { throw error }
                    isConnecting.fire()
                    try await isReady.wait()
                    return try await RemoteShell.with(
                        port: guest.sshPort, identity: identity, directory: guest.directory, timeout: limit, body)
                }
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }
}
