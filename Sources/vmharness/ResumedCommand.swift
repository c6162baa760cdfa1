import ArgumentParser
import HostProcess
import ResultStore
import RunRecord
import Runner
import SystemPackage

/// A run of a command that is gone on with: the command line it was begun with, and its directory.
enum ResumedCommand {
    /// What is said to options beside `--resume` that would be left unheard.
    static let whatIsTaken = """
        --resume goes on as the run was begun: of the other options it takes --jobs, --json, --data and those of the \
        display.
        """

    /// Refuses a run that goes on until a question is answered: to run all that it had asked for answers nothing.
    ///
    /// - Throws: `Failure` if it is one of `ab` or `bisect`.
    static func refuseQuestion(_ run: RunRecord) throws {
        guard run.command.count > 1, ["ab", "bisect"].contains(run.command[1]) else { return }
        throw Failure(
            "the run was begun by `vmharness \(run.command[1])`", on: run.id,
            advice: "`vmharness \(run.command[1]) --resume \(run.id)` goes on with it", blame: .request)
    }

    /// - Parameters:
    ///   - name: the run, as for `run --resume`.
    ///   - command: which command must have begun it.
    ///   - hasMore: whether the run in a directory has more to do than its record asks for.
    /// - Throws: `Failure` if there is no such run, another command began it, or it cannot be gone on with.
    static func open<Subcommand: ParsableCommand>(
        _ name: String, as command: Subcommand.Type, hasMore: (FilePath) throws -> Bool = { _ in false }
    ) throws -> (command: Subcommand, directory: RunDirectory) {
        let lookup = RunLookup(store: ResultsShow.storeIfAny(), runs: RunDirectory.standardParent)
        let found = try lookup.find(name)
        guard found.isWhole else {
            throw Failure(
                "the run's files are gone", on: found.directory.string, advice: "start a new one", blame: .request)
        }
        let word = Subcommand.configuration.commandName ?? ""
        let typed = found.record.command
        guard typed.count > 2, typed[1] == word else {
            throw Failure(
                "the run was not begun by `vmharness \(word)`", on: found.record.id,
                advice: "`vmharness \(typed.dropFirst().first ?? "run") --resume` goes on with it", blame: .request)
        }
        let begun = try Subcommand.parse(Array(typed.dropFirst(2)))
        let directory = try RunDirectory(resuming: found.directory, hasMore: try hasMore(found.directory)) {
            try lookup.find(found.directory.string).record
        }
        return (begun, directory)
    }
}
