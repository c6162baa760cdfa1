import Machine
import ResultStore
import Runner
import TestPlan

/// How long cells took in the past, for a person who waits for them.
struct ExpectedTimes {
    /// Seconds by the cells' ids; those without a history have none.
    let seconds: [String: Double]

    /// Asks the store, once for each plan and kernel. One that cannot be opened is as one without a history: that is
    /// told when the run is recorded.
    init(_ cells: [PreparedCell]) {
        guard let store = try? ResultsCommand.store() else {
            seconds = [:]
            return
        }
        var known: [[String]: [[String: String]: Double]] = [:]
        seconds = cells.reduce(into: [:]) { seconds, prepared in
            let cell = prepared.cell
            let key = [cell.plan.name, cell.testedKernel, prepared.accelerator.accelerator.rawValue]
            let times =
                known[key] ?? (try? store.expectedSeconds(plan: key[0], kernel: key[1], accelerator: key[2])) ?? [:]
            known[key] = times
            seconds[cell.id] = times[cell.plan.values]
        }
    }
}
