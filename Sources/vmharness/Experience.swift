import Machine
import ResultStore
import RunRecord
import Runner
import Synchronization
import TestPlan

/// How long cases took in the past, for the limits and parts of suites.
struct Experience: Sendable {
    /// Seconds by case, by cell.
    private let seconds: [Cell: [String: Double]]

    /// Asks the store about the cells that run suites. One that cannot be
    /// opened is as one without a history: the limits are the plan's first.
    init(_ cells: [PreparedCell]) {
        let wanted = cells.filter { $0.cell.plan.hasSuites }
        guard !wanted.isEmpty, let store = ResultsShow.storeIfAny() else {
            seconds = [:]
            return
        }
        seconds = wanted.reduce(into: [:]) { seconds, prepared in
            let cell = prepared.cell
            do {
                // What KVM does in a second takes TCG twenty.
                let known = try store.durations(
                    plan: cell.plan.name, kernel: cell.testedKernel,
                    accelerator: prepared.accelerator.accelerator.rawValue)
                seconds[cell] = known.mapValues { $0.median / .seconds(1) }
            } catch {
                Terminal.error("warning: limits without experience: \(error)")
            }
        }
    }

    /// The median of the seconds that each case of a cell took.
    var medians: @Sendable (Cell) -> [String: Double] {
        { [seconds] in seconds[$0] ?? [:] }
    }
}
