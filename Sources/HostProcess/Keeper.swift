import Foundation
import Subprocess
import SystemPackage

/// The process that outlives a killed controller for a moment and ends what it
/// left: `vmharness-keeper SCOPE`, with a pipe from the controller as its
/// standard input. End of file is the controller's death, or its normal end.
public enum Keeper {
    /// The keeper's own main: waits for end of file, then sweeps.
    ///
    /// - Parameter id: the scope's id.
    /// - Returns: the exit status, 2 if the id is none.
    public static func main(id: String) -> Int32 {
        guard id.count == 8, UInt32(id, radix: 16) != nil else { return 2 }
        // A signal to the terminal's process group, or a broad pkill, must not
        // end the one process whose work begins when the others are gone.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT] { signal(number, SIG_IGN) }
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 0 || (count < 0 && errno != EINTR) { break }
        }
        HostScope(id: id).sweep()
        return 0
    }

    static func with<Value: Sendable>(
        _ scope: HostScope,
        _ body: @Sendable @escaping () async throws -> Value
    ) async throws -> Value {
        var options = PlatformOptions()
        options.createSession = true
        // No parent-death signal and no mark: it must not die with us, nor by its own sweep.
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
        do {
            return try await Subprocess.run(
                .path(try path()),
                arguments: [scope.id],
                platformOptions: options,
                input: .inputWriter,
                output: .discarded,
                error: .discarded
            ) { execution in
                let result: Result<Value, any Error>
                do { result = .success(try await body()) } catch { result = .failure(error) }
                try? await execution.standardInputWriter.finish()
                return result
            }.takeClosureResult().get()
        } catch let error as SubprocessError {
            throw Failure("cannot run the keeper: \(error)", on: "vmharness-keeper", advice: "rebuild vmharness")
        }
    }

    /// Beside our own binary, as SwiftPM and an installation put it.
    private static func path() throws -> FilePath {
        if let named = ProcessInfo.processInfo.environment["VMHARNESS_KEEPER"] { return FilePath(named) }
        let path = try OwnProgram.beside("vmharness-keeper")
        guard access(path.string, X_OK) == 0 else {
            throw Failure(
                "the keeper is not installed", on: path.string,
                advice: "build it (`swift build`) or name it in VMHARNESS_KEEPER")
        }
        return path
    }
}
