import ArgumentParser
import ResultStore
import RunRecord
import Runner
import SystemPackage

/// `vmharness results show RUN`
struct ResultsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a run: its cells, cases, findings and files.")

    @Argument(
        help: ArgumentHelp(
            "The run's id, the beginning of one, its directory, `latest` or `previous`.", valueName: "run"),
        completion: Completions.runs)
    var name: String
    @Flag(help: "Print one JSON document: the record and where it is kept.") var json = false

    /// What `--json` prints.
    private struct Document: Encodable {
        var directory: String
        /// False where the files are gone: the record is without the kernel's whole reports then.
        var isWhole: Bool
        var run: RunRecord
    }

    func run() throws {
        let found = try RunLookup(store: Self.storeIfAny(), runs: RunDirectory.standardParent).find(name)
        if !found.isWhole {
            Terminal.error("note: the run's files are gone; this is what the results database remembers")
        }
        if json {
            try printJSON(
                Document(directory: found.directory.string, isWhole: found.isWhole, run: found.record))
        } else {
            Terminal.output(RunDescription(found).text)
        }
    }

    /// The store, or nil with a warning: the runs' own files can be shown without it.
    static func storeIfAny() -> ResultStore? {
        do {
            return try ResultsCommand.store()
        } catch {
            Terminal.error("warning: \(error)")
            return nil
        }
    }
}
