public import HostProcess
import Foundation
import Synchronization
public import SystemPackage

/// A shell in a guest, over one multiplexed OpenSSH connection: under TCG a
/// command costs about 0.1 s that way, against 1 s for a connection of its own.
public struct RemoteShell: Sendable {
    private let configuration: FilePath
    private let master: Child

    /// The connection is lost, or the guest no longer answers on it.
    public struct Lost: Error, Sendable, CustomStringConvertible {
        /// What ssh said.
        public let description: String
    }

    /// The script did not end in time. It still runs in the guest.
    public struct TimedOut: Error, Sendable, CustomStringConvertible {
        /// How long it was given.
        public let limit: Duration
        /// One clause about it.
        public var description: String { "no end within \(limit)" }
    }

    /// Runs a script by the guest's `/bin/sh` and returns what it left, whatever its status.
    ///
    /// - Parameters:
    ///   - script: for `sh -c`; quote words with `GuestWord`.
    ///   - input: bytes for its standard input.
    ///   - outputLimit: bytes kept of each stream.
    ///   - timeout: wall-clock limit; the remote process is not ended by it.
    /// - Throws: `Lost`; `TimedOut`.
    public func run(
        _ script: String, input: [UInt8] = [], outputLimit: Int = 4 << 20, timeout: Duration = .seconds(60)
    ) async throws -> CommandResult {
        let command = command(for: script)
        let result = try await withTimeout(timeout, orThrow: TimedOut(limit: timeout)) {
            try await command.run(input: input, outputLimit: outputLimit, timeout: timeout + .seconds(60))
        }
        if result.status == 255, try await !isConnected() {
            let said = result.errorText.split(whereSeparator: \.isNewline).last.map(String.init)
            let own = master.termination.map { "our ssh ended with \($0)" }
            throw Lost(description: [own, said].compactMap { $0 }.joined(separator: ": "))
        }
        return result
    }

    func command(for script: String) -> Command {
        Command("ssh", ["-F", configuration.string, "guest", "--", script])
    }

    /// Status 255 is ssh's own failure, or the script's own status: the
    /// connection tells which. One that is breaking gets a moment to break.
    func isConnected() async throws -> Bool {
        if try await withTimeout(.seconds(1), { try await master.waitForEnd() }) != nil { return false }
        let check = Command("ssh", ["-F", configuration.string, "-O", "check", "guest"])
        return try await check.run(timeout: .seconds(10)).status == 0
    }

    /// Runs a script and requires status 0.
    ///
    /// - Parameters: as for `run`.
    ///   - purpose: a clause for the error: `read the guest's build id`.
    /// - Throws: `Lost`; `TimedOut`; `Failure` with what the script said.
    @discardableResult
    public func check(
        _ script: String, purpose: String, input: [UInt8] = [], outputLimit: Int = 4 << 20,
        timeout: Duration = .seconds(60)
    ) async throws -> CommandResult {
        let result = try await run(script, input: input, outputLimit: outputLimit, timeout: timeout)
        guard result.status == 0 else {
            let said = (result.errorText.isEmpty ? result.text : result.errorText)
                .split(whereSeparator: \.isNewline).suffix(3).joined(separator: "; ")
            throw Failure("could not \(purpose): status \(result.status): \(said)", on: "the guest", advice: "")
        }
        return result
    }

    /// Opens the connection, runs `body`, and closes it.
    ///
    /// - Parameters:
    ///   - port: on 127.0.0.1.
    ///   - identity: the guest's keys.
    ///   - directory: private and short; the control socket lies in it.
    ///   - timeout: for the first command to be answered.
    ///   - connecting: for a guest that does not run yet: called once ssh was started.
    ///   - body: runs once the first command has been answered.
    /// - Throws: `Failure` if the guest does not let us in; what `body` throws.
    public static func with<Value: Sendable>(
        port: Int, identity: SSHIdentity, directory: FilePath, timeout: Duration,
        connecting: (@Sendable () -> Void)? = nil,
        _ body: @Sendable @escaping (RemoteShell) async throws -> Value
    ) async throws -> Value {
        let configuration = directory.appending("ssh.conf")
        try text(port: port, identity: identity, control: directory.appending("ssh"))
            .write(toFile: configuration.string, atomically: false, encoding: .utf8)
        let opening = Opening(port: port, configuration: configuration, timeout: timeout)
        if let connecting {
            // What QEMU's network sends to a guest that does not answer at once, it sends again after 6 s.
            let patience = Duration.seconds(3)
            if let value = try await opening.run(patience: patience, isLast: false, started: connecting, body) {
                return value
            }
        }
        // A guest that is emulated twice takes minutes from accepting a connection to its banner.
        return try await opening.run(patience: max(.seconds(30), timeout), isLast: true, started: {}, body)!
    }

    /// One try at opening the connection.
    private struct Opening: Sendable {
        let port: Int
        let configuration: FilePath
        let timeout: Duration

        /// - Parameters:
        ///   - patience: for the guest's banner.
        ///   - isLast: false if ssh may end without an answer, which is nil then.
        ///   - started: called once ssh runs.
        func run<Value: Sendable>(
            patience: Duration, isLast: Bool, started: @Sendable @escaping () -> Void,
            _ body: @Sendable @escaping (RemoteShell) async throws -> Value
        ) async throws -> Value? {
            let answered = Signal()
            let words = Words()
            // The master's own session proves that commands run, without polling.
            let hello = "vmharness-hello"
            let command = Command(
                "ssh",
                [
                    "-F", configuration.string, "-o", "ConnectTimeout=\(Int((patience / .seconds(1)).rounded(.up)))",
                    "-M", "guest", "--", "echo \(hello); exec sleep 2147483647",
                ])
            return try await withChild(
                command, grace: .milliseconds(200),
                output: { bytes in
                    words.add(bytes)
                    if words.text.contains(hello) { answered.fire() }
                }
            ) { master in
                started()
                let refused = Failure(
                    "the guest's SSH server did not answer within \(timeout)", on: "127.0.0.1:\(port)",
                    advice: "the console log shows how far the guest came")
                try await withTimeout(timeout, orThrow: refused) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await answered.wait() }
                        group.addTask {
                            let termination = try await master.waitForEnd()
                            guard isLast else { return }
                            let said = words.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                            throw Failure(
                                "ssh ended with \(termination): \(said)", on: "127.0.0.1:\(port)",
                                advice: "the console log shows how far the guest came")
                        }
                        defer { group.cancelAll() }
                        try await group.next()
                    }
                }
                guard answered.hasFired else { return nil }
                return try await body(RemoteShell(configuration: configuration, master: master))
            }
        }
    }

    /// Everything ssh needs to know, so that no file of the user's is read.
    private static func text(port: Int, identity: SSHIdentity, control: FilePath) -> String {
        """
        Host guest
            HostName 127.0.0.1
            Port \(port)
            User root
            HostKeyAlias \(SSHIdentity.hostAlias)
            IdentityFile \(identity.clientKey)
            IdentitiesOnly yes
            UserKnownHostsFile \(identity.knownHosts)
            GlobalKnownHostsFile /dev/null
            StrictHostKeyChecking yes
            UpdateHostKeys no
            PreferredAuthentications publickey
            KexAlgorithms curve25519-sha256
            HostKeyAlgorithms ssh-ed25519
            Ciphers chacha20-poly1305@openssh.com,aes128-ctr
            BatchMode yes
            ConnectTimeout 30
            ServerAliveInterval 0
            ControlPath \(control)
            ControlMaster no
            LogLevel ERROR
            RequestTTY no

        """
    }

    /// The arguments of an `ssh` that gives a person a terminal in the guest.
    public var interactiveArguments: [String] { ["-F", configuration.string, "-t", "guest"] }
}

/// What the master said, as far as it matters.
private final class Words: Sendable {
    private let state = Mutex("")

    var text: String { state.withLock { $0 } }

    func add(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { text in
            if text.utf8.count < 4096 { text += String(decoding: bytes, as: UTF8.self) }
        }
    }
}
