import ArgumentParser
import ResultStore
import RunRecord

/// `vmharness results list`
struct ResultsList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the latest runs.")

    @Option(help: "How many at most.") var limit: Int = 20
    @Option(help: "Only runs of this plan.") var plan: String?
    @Flag(help: "Print one JSON document.") var json = false

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 100000.") }
    }

    func run() throws {
        let store = try ResultsCommand.store()
        if let plan { try ResultsCommand.check(plan: plan, in: store) }
        let runs = try store.runs(limit: limit, plan: plan)
        if runs.isEmpty {
            Terminal.error("no run is recorded: `vmharness results rebuild` reads those that have files")
        }
        try printList(runs, json: json, header: ["RUN", "BEGAN", "VERDICT", "CASES", "PLANS", "KERNELS"]) { run in
            let isWhole = run.ended != nil && run.interruption == nil
            return [
                run.id, run.started.toTheMinute, (run.standing ?? run.verdict.rawValue) + (isWhole ? "" : " (not complete)"),
                Self.words(run.cases), Self.some(run.plans), Self.some(run.kernels),
            ]
        }
    }

    /// `3 pass, 1 fail`
    private static func words(_ counts: [String: Int]) -> String {
        let words = Verdict.allCases.compactMap { verdict in
            counts[verdict.rawValue].map { "\($0) \(verdict.rawValue)" }
        }
        return words.isEmpty ? "none" : words.joined(separator: ", ")
    }

    private static func some(_ words: [String]) -> String {
        words.prefix(3).joined(separator: " ") + (words.count > 3 ? " and \(words.count - 3) more" : "")
    }
}
