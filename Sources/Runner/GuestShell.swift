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
            let runner = CellRunner(
                prepared: prepared, starting: GuestStarting(options) { _ in }, options: options, directory: nil,
                report: { _ in })
            return try await runner.withRunningGuest(
                in: EvidenceDirectory(cell: directory, guest: 1), scratch: scratch, unrestored: unrestored
            ) { running in
                let late = Failure(
                    "the guest did not come up", on: prepared.cell.id,
                    advice: "its console is in \(running.recorder.log.path)")
                return try await running.withShell(limit: options.bootLimit) { go in
                    try await withTimeout(options.bootLimit, orThrow: late) {
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            group.addTask {
                                try await running.recorder.waitForLine(containing: InitMarks.ready, after: go)
                            }
                            group.addTask {
                                _ = try await running.guest.waitForTrouble()
                                throw late
                            }
                            defer { group.cancelAll() }
                            try await group.next()
                        }
                    }
                    if let said = running.recorder.initFailure {
                        throw Failure(
                            "the guest's init gave up: \(said)", on: prepared.cell.id,
                            advice: "its console is in \(running.recorder.log.path)")
                    }
                    return nil
                } _: { shell in
                    greeting()
                    return try await Command("ssh", shell.interactiveArguments).runInForeground()
                }
            }
        }
    }
}
