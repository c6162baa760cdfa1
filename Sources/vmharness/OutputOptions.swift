import ArgumentParser
import SystemPackage

/// Where a run goes, for every command that makes one.
struct OutputOptions: ParsableArguments {
    @Option(
        help: "Directory for the results (default: a new one under ~/.local/state/vmharness/runs).",
        completion: .directory)
    var out: String?

    func validate() throws {
        guard out != "" else { throw ValidationError("--out takes the name of a directory.") }
    }

    /// What was typed, absolute; nil for a new one of ours.
    var directory: FilePath? { out.map(FilePath.init(fromHere:)) }
}
