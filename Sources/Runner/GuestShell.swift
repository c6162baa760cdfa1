public import HostProcess
import Machine
import RemoteShell
public import SystemPackage

/// The guest of a plan, booted for a person rather than for a verdict.
public struct GuestShell: Sendable {
    private let prepared: PreparedCell
    private let options: RunOptions

    /// - Parameters:
    ///   - prepared: the plan on its kernel.
    ///   - options: how to boot it.
    public init(_ prepared: PreparedCell, options: RunOptions) {
        self.prepared = prepared
        self.options = options
    }

    /// Boots the guest, gives the terminal to a shell in it, and ends it with
    /// that shell.
    ///
    /// - Parameters:
    ///   - directory: where the logs go.
    ///   - unrestored: told of a function of the host that could not be put back afterwards.
    ///   - greeting: called once the guest answers.
    /// - Returns: how the shell ended.
    /// - Throws: `Failure` if the guest does not come up.
    public func open(
        logs directory: FilePath, unrestored: @Sendable @escaping (Failure) -> Void,
        greeting: @Sendable @escaping () -> Void
    ) async throws -> Termination {
        try await withScratchDirectory { scratch in
            let identity = try await SSHIdentity.make(in: scratch)
            let runner = CellRunner(
                prepared: prepared, identity: identity, options: options,
                directory: nil, report: { _ in })
            return try await runner.withRunningGuest(
                in: EvidenceDirectory(cell: directory, guest: 1), scratch: scratch, unrestored: unrestored
            ) { guest, recorder, _, _ in
                let late = Failure(
                    "the guest did not come up", on: prepared.cell.id,
                    advice: "its console is in \(recorder.log.path)")
                try await withTimeout(options.bootLimit, orThrow: late) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await recorder.waitForLine(containing: InitMarks.ready) }
                        group.addTask {
                            _ = try await guest.waitForTrouble()
                            throw late
                        }
                        defer { group.cancelAll() }
                        try await group.next()
                    }
                }
                if let said = recorder.initFailure {
                    throw Failure(
                        "the guest's init gave up: \(said)", on: prepared.cell.id,
                        advice: "its console is in \(recorder.log.path)")
                }
                return try await RemoteShell.with(
                    port: guest.sshPort, identity: identity, directory: guest.directory, timeout: options.bootLimit
                ) { shell in
                    greeting()
                    return try await Command("ssh", shell.interactiveArguments).runInForeground()
                }
            }
        }
    }
}
