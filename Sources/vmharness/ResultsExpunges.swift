import ArgumentParser
import Foundation
import ResultStore
import RunRecord
import TestPlan

/// `vmharness results expunges PLAN`
struct ResultsExpunges: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expunges", abstract: "Shows which of a plan's expunges could be dropped.",
        discussion: "What they keep from running is run in spite of them by `vmharness run PLAN --with-expunged`.")

    @Argument(help: "The plan's name or directory.", completion: Completions.plans) var plan: String
    @Option(name: .customLong("set"), help: "A parameter, as name=value.", completion: Completions.settings)
    var settings: [String] = []
    @Flag(help: "Print one JSON document.") var json = false
    @OptionGroup var data: DataOptions

    func run() throws {
        let plan = try data.plan(plan, settings: try PlanCommand.values(settings))
        let standings = try ResultsCommand.store().judge(
            plan.expunges, of: plan.name, today: String(Date().toTheMinute.prefix(10)))
        if json { return try printJSON(standings) }
        if standings.isEmpty { return Terminal.output("\(plan.name) has no expunges") }
        for standing in standings { Terminal.output(Terminal.visible(Self.text(standing))) }
    }

    private static func text(_ standing: ExpungeStanding) -> String {
        let words =
            switch standing.standing {
            case .passes: "could be dropped: passes"
            case .expired: "could be dropped: expired"
            case .unmatched: "could be dropped, or is misspelt: no such case in the latest runs"
            case .fails: "still needed"
            case .neverRun: "not known: never run with --with-expunged"
            }
        let scope = standing.scope.isEmpty ? "" : " (\(standing.scope))"
        let reason = standing.reason.map { "\n    reason: \($0)" } ?? ""
        let outcomes = standing.outcomes.map { outcome in
            let parameters = outcome.parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            return "\n    \(outcome.verdict.rawValue) \(outcome.case) on \(outcome.kernel)\(parameters), "
                + "\(outcome.started.toTheMinute) in \(outcome.run)"
        }
        return "\(standing.location): \(standing.test)\(scope): \(words)\(reason)\(outcomes.joined())"
    }
}

extension TestPlan {
    /// The expunges of all its suites, each once.
    var expunges: [Expunge] {
        steps.flatMap { $0.action.suiteOptions?.expunges ?? [] }.reduce(into: []) { all, expunge in
            if !all.contains(expunge) { all.append(expunge) }
        }
    }
}
