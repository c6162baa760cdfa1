import HostProcess

extension RemoteShell {
    /// Runs a script by the guest's `/bin/sh` and gives on what it prints while it runs. No time limit of its own:
    /// cancelling the task ends our side of it, and the script runs on in the guest.
    ///
    /// - Parameters:
    ///   - script: for `sh -c`; quote words with `GuestWord`.
    ///   - onOutput: gets standard output and standard error as they come, in order, never at the same time.
    /// - Returns: the script's status.
    /// - Throws: `Lost`; `CancellationError`.
    public func run(
        _ script: String, onOutput: @Sendable @escaping (UnsafeRawBufferPointer) -> Void
    ) async throws -> Int {
        let ended = try await withChild(command(for: script), grace: .milliseconds(200), output: onOutput) { child in
            try await child.waitForEnd()
        }
        switch ended {
        case .exited(255) where try await !isConnected():
            throw Lost(description: "the connection broke while a script ran")
        case .exited(let status):
            return status
        case .signaled(let signal):
            throw Lost(description: "our ssh ended with signal \(signal)")
        }
    }
}
