import ArgumentParser
import HostProcess
import ResultStore
import RunRecord
import Runner
import SystemPackage
import TestPlan

/// `vmharness results rejudge RUN`
struct ResultsRejudge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejudge",
        abstract: "Judges a run's stored evidence by today's reader of logs and today's known issues.",
        discussion: """
            Nothing is booted, and nothing changed without --write.

            Exit status: that of a run with the new verdict.
            """)

    @Argument(help: ArgumentHelp("The run's id, the beginning of one, its directory, or `latest`.", valueName: "run"))
    var name: String
    @Flag(help: "Keep the new verdicts; the old record stays beside them as run-1.json.") var write = false
    @Flag(help: "Print one JSON document.") var json = false
    @OptionGroup var knownIssues: KnownIssueOptions
    @OptionGroup var data: DataOptions

    /// What `--json` prints.
    private struct Document: Encodable {
        var run: String
        var before: Verdict
        var after: Verdict
        var changes: [Rejudgement.Change]
        var notes: [String]
    }

    func run() throws {
        let found = try RunLookup(store: ResultsShow.storeIfAny(), runs: RunDirectory.standardParent).find(name)
        guard found.isWhole else {
            throw Failure(
                "the run's files are gone", on: found.directory.string,
                advice: "its evidence cannot be judged again; run its plans once more", blame: .request)
        }
        let run = found.record
        let issues = try knownIssues.issues(data, plans: run.cells.map(\.plan))
        let rejudgement = try Rejudgement(run, in: found.directory) { cell in
            let plan = plan(of: cell, in: run)
            return Rejudgement.Known((plan?.known ?? []) + issues, hasPlans: plan != nil)
        }
        let kept = write ? try rejudgement.write(in: found.directory) : nil
        if let kept { ResultRecording.record(kept.record, directory: found.directory) }
        if json {
            try printJSON(
                Document(
                    run: run.id, before: run.verdict, after: rejudgement.record.verdict, changes: rejudgement.changes,
                    notes: rejudgement.notes))
        } else {
            show(rejudgement, before: run.verdict)
            if let kept { Terminal.output("written; what was said before is in \(kept.kept)") }
        }
        throw Ended(status: rejudgement.record.exitStatus)
    }

    /// The plan as it is today; nil if it cannot be read any more.
    private func plan(of cell: CellRecord, in run: RunRecord) -> TestPlan? {
        let asked = run.asked?.first { $0.id == cell.id }
        return [asked?.plan, cell.plan].lazy.compactMap { $0 }
            .compactMap { try? data.plan($0, settings: cell.parameters) }.first { $0.name == cell.plan }
    }

    private func show(_ rejudgement: Rejudgement, before: Verdict) {
        for note in rejudgement.notes { Terminal.error("note: \(note)") }
        var last: String?
        for change in rejudgement.changes {
            if change.cell != last { Terminal.output(Terminal.visible(change.cell)) }
            last = change.cell
            let verdicts = [change.before, change.after].map { $0?.rawValue ?? "nothing" }
            let words = verdicts[0] == verdicts[1] ? "\(verdicts[0]) as before" : verdicts.joined(separator: " → ")
            Terminal.output(Terminal.visible("  \(change.case ?? "the cell"): \(words)"))
            for title in change.gone { Terminal.output(Terminal.visible("    - \(title)")) }
            for title in change.come { Terminal.output(Terminal.visible("    + \(title)")) }
        }
        let after = rejudgement.record.verdict
        if rejudgement.changes.isEmpty {
            Terminal.output("nothing is judged otherwise: \(after.rawValue)")
        } else {
            Terminal.output(
                "the run: "
                    + (before == after ? "\(after.rawValue) as before" : "\(before.rawValue) → \(after.rawValue)"))
        }
    }
}
