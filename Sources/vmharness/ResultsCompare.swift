import ArgumentParser
import HostProcess
import ResultStore
import RunRecord
import Runner

/// `vmharness results compare [A [B]]`
struct ResultsCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Shows what is different in a run from an earlier one.",
        discussion: """
            Without names the latest run is compared with the latest before it of the same plans and kernels.

            Exit status: 0 nothing fails that did not, 1 something fails that did not or not so, or is not as its \
            matrix expects any more, 3 something that was judged before broke on our side.
            """)

    @Argument(
        help: ArgumentHelp("The earlier run; `previous` is the one before the other.", valueName: "a"),
        completion: Completions.runs)
    var before = "previous"
    @Argument(help: ArgumentHelp("The later run.", valueName: "b"), completion: Completions.runs)
    var after = "latest"
    @Flag(help: "Compare the kernel of one run with that of the other; each must have run on one kernel.")
    var acrossKernels = false
    @Flag(help: "Status 3 as well if the later run did not come to its end, or our side broke in it.")
    var whole = false
    @Flag(help: "Show what fails as before too, and what was not run.") var all = false
    @Flag(help: "Print one JSON document.") var json = false

    func run() throws {
        let store = ResultsShow.storeIfAny()
        let lookup = RunLookup(store: store, runs: RunDirectory.standardParent)
        let later = try lookup.outcomes(after, ignoresKernels: acrossKernels)
        let earlier =
            before == "previous"
            ? try lookup.outcomes(try lookup.predecessor(of: later.run).record.id, ignoresKernels: acrossKernels)
            : try lookup.outcomes(before, ignoresKernels: acrossKernels)
        if acrossKernels { for run in [earlier.run, later.run] { try Self.checkOneKernel(run) } }
        let comparison = RunComparison(earlier.outcomes, later.outcomes)
        if json {
            try printJSON(comparison)
        } else {
            Terminal.output(
                ComparisonDescription(comparison, before: earlier.run, after: later.run, showsAll: all).text)
        }
        let gap = whole ? Self.gap(in: later.run) : nil
        if let gap, !json { Terminal.output(Terminal.visible("\nNOT WHOLE: \(gap)")) }
        throw Ended(status: comparison.exitStatus == 0 && gap != nil ? 3 : comparison.exitStatus)
    }

    /// Why a run does not show all that was asked of it; nil if it does.
    private static func gap(in run: RunRecord) -> String? {
        if let interruption = run.interruption { return interruption }
        if run.ended == nil { return "the run has not ended" }
        let broken = run.cells.filter { $0.weight == .error }
        guard let first = broken.first else { return nil }
        return "our side broke in \(first.id)" + (broken.count == 1 ? "" : " and \(broken.count - 1) more")
    }

    private static func checkOneKernel(_ run: RunRecord) throws {
        let kernels = Set(run.cells.map(\.testedKernel))
        guard kernels.count > 1 else { return }
        throw Failure(
            "the run has \(kernels.count) kernels: \(kernels.sorted().joined(separator: ", "))", on: run.id,
            advice: "leave out --across-kernels, or compare runs on one kernel each", blame: .request)
    }
}
