import Foundation
import Subprocess
public import SystemPackage

extension Command {
    /// Runs the command to its end and returns what it left, whatever its status.
    ///
    /// The child dies with us. When the time is up or the task is cancelled,
    /// its whole session gets SIGTERM and, 2 s later, SIGKILL.
    ///
    /// - Parameters:
    ///   - input: bytes for standard input, then end of file.
    ///   - outputLimit: bytes kept of each stream; the rest is read and dropped.
    ///   - timeout: wall-clock limit.
    /// - Throws: `Failure` if the program is not there or does not end in time;
    ///   `CancellationError`.
    public func run(
        input: [UInt8] = [],
        outputLimit: Int = 16 << 20,
        timeout: Duration = .seconds(600)
    ) async throws -> CommandResult {
        try await withTimeout(timeout, orThrow: timedOut(after: timeout)) {
            try await collect(input: input, outputLimit: outputLimit)
        }
    }

    /// Runs the command and requires exit status 0.
    ///
    /// - Parameters:
    ///   - input: bytes for standard input, then end of file.
    ///   - outputLimit: bytes kept of each stream.
    ///   - timeout: wall-clock limit.
    ///   - advice: what the reader can do if it fails.
    /// - Throws: `Failure` with the last lines of standard error if it fails.
    @discardableResult
    public func check(
        input: [UInt8] = [],
        outputLimit: Int = 16 << 20,
        timeout: Duration = .seconds(600),
        advice: String = ""
    ) async throws -> CommandResult {
        let result = try await run(input: input, outputLimit: outputLimit, timeout: timeout)
        guard result.termination.isSuccess else {
            let said = result.errorText.isEmpty ? result.text : result.errorText
            let tail = said.split(whereSeparator: \.isNewline).suffix(6).joined(separator: "; ")
            throw Failure(
                "\(executable) ended with \(result.termination)" + (tail.isEmpty ? "" : ": \(tail)"),
                on: description,
                advice: advice
            )
        }
        return result
    }

    /// Runs the command on our own terminal, in our process group, for a
    /// person to talk to.
    ///
    /// - Throws: `Failure` if the program is not there; `CancellationError`.
    public func runInForeground() async throws -> Termination {
        do {
            var configuration = try await configuration(grace: .seconds(1))
            configuration.platformOptions = PlatformOptions()
            return Termination(
                try await Subprocess.run(
                    configuration,
                    input: .fileDescriptor(.standardInput, closeAfterSpawningProcess: false),
                    output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
                    error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
                ).terminationStatus)
        } catch let error as SubprocessError {
            throw startFailure(error)
        }
    }

    /// Where the program is.
    ///
    /// - Throws: `Failure` if it is not to be found.
    public func path() async throws -> FilePath {
        do { return try await resolvedPath() } catch { throw startFailure(error) }
    }

    private func resolvedPath() async throws(SubprocessError) -> FilePath {
        let program: Executable = executable.contains("/") ? .path(FilePath(executable)) : .name(executable)
        return try await program.resolveExecutablePath(in: .inherit.updating(["PATH": Self.searchPath]))
    }

    /// Ours, and where administrators' programs are: not every user has them in
    /// `PATH`, yet mke2fs and depmod work for all.
    private static var searchPath: String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return path + ":/usr/local/sbin:/usr/sbin:/sbin"
    }

    private func timedOut(after limit: Duration) -> Failure {
        Failure("\(executable) did not end within \(limit)", on: description, advice: "the host may be overloaded")
    }

    private func collect(input: [UInt8], outputLimit: Int) async throws -> CommandResult {
        do {
            let configuration = try await configuration(grace: .seconds(2))
            let result = try await Subprocess.run(
                configuration,
                input: .array(input),
                output: .sequence,
                error: .sequence
            ) { execution in
                async let output = Self.bytes(of: execution.standardOutput, limit: outputLimit)
                async let errorOutput = Self.bytes(of: execution.standardError, limit: outputLimit)
                return try await (output, errorOutput)
            }
            let (output, errorOutput) = result.closureResult
            return CommandResult(
                termination: Termination(result.terminationStatus),
                output: output.bytes,
                errorOutput: errorOutput.bytes,
                isTruncated: output.cut || errorOutput.cut
            )
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw startFailure(error)
        }
    }

    private static func bytes(
        of stream: SubprocessOutputSequence,
        limit: Int
    ) async throws -> (bytes: [UInt8], cut: Bool) {
        var bytes: [UInt8] = []
        var cut = false
        for try await buffer in stream {
            buffer.withUnsafeBytes { raw in
                let room = limit - bytes.count
                cut = cut || raw.count > room
                bytes.append(contentsOf: raw.prefix(max(room, 0)))
            }
        }
        return (bytes, cut)
    }

    /// The error of a start that failed, in our words.
    func startFailure(_ error: SubprocessError) -> Failure {
        if error.code == .executableNotFound {
            return Failure(
                "program not found",
                on: executable,
                advice: "install the package that has it; `vmharness doctor` names the package"
            )
        }
        return Failure("cannot run \(executable): \(error)", on: description, advice: "")
    }

    /// The configuration of a child that dies with us: `setpriv` sets the
    /// parent-death signal, which swift-subprocess cannot; the session keeps a
    /// terminal's Ctrl-C from reaching it before we have gathered evidence; the
    /// mark lets the keeper find what escaped both.
    ///
    /// - Throws: `SubprocessError` if the program is not to be found, which
    ///   `setpriv` would only tell by its exit status.
    func configuration(grace: Duration) async throws -> Configuration {
        let path = try await resolvedPath()
        let setpriv = try await Command("setpriv").path()
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: grace),
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(5)),
        ]
        var variables: [Environment.Key: String?] = ["PATH": Self.searchPath]
        for (name, value) in environment { variables[Environment.Key(rawValue: name)!] = value }
        if let scope = HostScope.current { variables[HostScope.markVariable] = scope.id }
        return Configuration(
            executable: .path(setpriv),
            arguments: Arguments(["--pdeathsig", "KILL", "--", path.string] + arguments),
            environment: .inherit.updating(variables),
            workingDirectory: workingDirectory,
            platformOptions: options
        )
    }
}

extension Termination {
    init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self = .exited(Int(code))
        case .signaled(let signal): self = .signaled(Int(signal))
        }
    }
}
