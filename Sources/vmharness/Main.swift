import ArgumentParser
import Foundation

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
            RunCommandLine.self, PlanCommand.self, KernelCommand.self, ImageCommand.self, LogCommand.self,
            ShellCommand.self, DoctorCommand.self,
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
        do {
            var command = try VMHarness.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(ErrorReport.print(error))
        }
    }
}
