import ArgumentParser
import HostProcess
import ResultStore
import RunRecord
import TestPlan

/// `vmharness results history PLAN[/CASE]`
struct ResultsHistory: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Shows what came of a plan, or of one of its cases, over time.",
        discussion: "A case of fstests is found in every section, unless one is named: PLAN/SECTION/generic/208.")

    @Argument(
        help: ArgumentHelp("A plan's name, and one of its cases if wanted.", valueName: "plan[/case]"),
        completion: Completions.plans)
    var subject: String
    @Option(help: "Only on this kernel, as it was asked for.", completion: Completions.kernels) var kernel: String?
    @Option(help: "How many at most.") var limit: Int = 50
    @Flag(help: "Show what failed instead, and when it was first and last seen.") var findings = false
    @Flag(help: "Print one JSON document.") var json = false

    func validate() throws {
        guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 1000000.") }
    }

    func run() throws {
        let store = try ResultsCommand.store()
        // No plan's name holds a slash.
        let parts = subject.split(separator: "/", maxSplits: 1).map(String.init)
        guard let plan = parts.first else { throw ValidationError("Name a plan; `vmharness results list` has them.") }
        try ResultsCommand.check(plan: plan, in: store)
        if findings {
            try printFindings(of: plan, case: parts.count == 2 ? parts[1] : nil, in: store)
        } else if parts.count == 2 {
            try printCase(parts[1], of: plan, in: store)
        } else {
            let entries = try store.history(plan: plan, kernel: kernel, limit: limit)
            try print(entries, column: "CELL", \.cell)
        }
    }

    private func printFindings(of plan: String, case name: String?, in store: ResultStore) throws {
        let entries = Array(try store.findings(plan: plan, case: name, kernel: kernel).prefix(limit))
        if entries.isEmpty { Terminal.error("no failure is recorded") }
        try printList(
            entries, json: json, header: ["FIRST", "LAST", "CELLS", "KERNELS", "CASES", "LAST RUN", "FINDING"]
        ) { entry in
            [
                entry.first.toTheMinute, entry.last.toTheMinute, "\(entry.cells)", Self.some(entry.kernels),
                Self.some(entry.cases), entry.lastRun, entry.title,
            ]
        }
    }

    private static func some(_ words: [String]) -> String {
        words.prefix(3).joined(separator: " ") + (words.count > 3 ? " and \(words.count - 3) more" : "")
    }

    private func printCase(_ name: String, of plan: String, in store: ResultStore) throws {
        let entries = try store.history(plan: plan, case: name, kernel: kernel, limit: limit)
        if entries.isEmpty, kernel == nil {
            let cases = try store.cases(of: plan)
            throw Failure(
                "no recorded case of \(plan) is called so", on: name,
                advice: nearestSpelling(of: name, among: cases).map { "did you mean '\($0)'?" }
                    ?? "among its \(cases.count) cases: \(cases.prefix(5).joined(separator: ", "))",
                blame: .request)
        }
        try print(entries, column: "CASE") { $0.case ?? "" }
    }

    private func print(_ entries: [HistoryEntry], column: String, _ name: (HistoryEntry) -> String) throws {
        if entries.isEmpty { Terminal.error("nothing recorded\(kernel.map { " on \($0)" } ?? "")") }
        let header = ["BEGAN", "RUN", column, "KERNEL", "RELEASE", "ACCEL", "VERDICT", "SECONDS", "REASON"]
        try printList(entries, json: json, header: header) { entry in
            [
                entry.started.toTheMinute, entry.run, name(entry), entry.kernel, entry.release ?? "-",
                entry.accelerator ?? "-", entry.verdict.rawValue, entry.seconds.formatted1, entry.reason ?? "",
            ]
        }
    }
}
