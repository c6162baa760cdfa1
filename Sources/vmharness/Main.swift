import ArgumentParser
import Foundation
import Libvirt
import Synchronization

/// The command line: parse, call, print. One file a subcommand.
struct VMHarness: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vmharness",
        abstract: "Boots Linux guests with the devices that break kernels, and tells whether the kernel passed.",
        discussion: """
            Exit status: 0 all passed (or failed as known), 1 something failed, 2 the request was wrong, \
            3 our side or the host failed.
            """,
        version: version,
        subcommands: [
            RunCommandLine.self, MatrixCommand.self, PlanCommand.self, KernelCommand.self, ImageCommand.self, CacheCommand.self,
            LogCommand.self, ResultsCommand.self, LabCommand.self, ShellCommand.self, DoctorCommand.self,
        ]
    )

    /// The version of this vmharness, as it stands in records.
    static let version = "0.1.0"
}

@main
enum Main {
    static func main() async {
        // A reader that went away (`vmharness … | head`) is an error of write(2), not our death.
        signal(SIGPIPE, SIG_IGN)
        // While there is one thread: it changes the environment.
        LibvirtLog.silence()
        exit(await status())
    }

    private static func status() async -> Int32 {
        let status = await run()
        guard let reason = Terminal.outputFailure.withLock({ $0 }) else { return status }
        Terminal.error("error: cannot write to standard output: \(reason)")
        return 3
    }

    private static func run() async -> Int32 {
        do {
            var command = try VMHarness.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return ErrorReport.print(error)
        }
    }
}
