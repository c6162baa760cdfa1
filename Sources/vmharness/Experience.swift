import Machine
import ResultStore
import RunRecord
import Runner
import Synchronization
import TestPlan

/// What cells and their cases took in the past: for the limits and parts of suites, for the order of cells, and for how
/// many run at a time.
struct Experience: Sendable {
    /// Seconds by case, by cell.
    private let seconds: [Cell: [String: Double]]
    /// What cells took, by plan and accelerator.
    private let taken: [Question: [CellCost]]

    private struct Question: Hashable {
        var plan: String
        var kernel: String
        var accelerator: String

        init(_ prepared: PreparedCell) {
            plan = prepared.cell.plan.name
            kernel = prepared.cell.testedKernel
            accelerator = prepared.accelerator.accelerator.rawValue
        }
    }

    /// Asks the store. One that cannot be opened is as one without a history: the limits are the plan's first, and needs
    /// are those of a guest that touches all it has.
    init(_ cells: [PreparedCell]) {
        guard let store = ResultsShow.storeIfAny() else {
            (seconds, taken) = ([:], [:])
            return
        }
        var seconds: [Cell: [String: Double]] = [:]
        var taken: [Question: [CellCost]] = [:]
        do {
            for prepared in cells where taken[Question(prepared)] == nil {
                let question = Question(prepared)
                taken[question] = try store.costs(
                    plan: question.plan, kernel: question.kernel, accelerator: question.accelerator)
            }
            for prepared in cells where prepared.cell.plan.hasSuites {
                // What KVM does in a second takes TCG twenty.
                let known = try store.durations(
                    plan: prepared.cell.plan.name, kernel: prepared.cell.testedKernel,
                    accelerator: prepared.accelerator.accelerator.rawValue)
                seconds[prepared.cell] = known.mapValues { $0.median / .seconds(1) }
            }
        } catch {
            Terminal.error("warning: limits and needs without experience: \(error)")
        }
        (self.seconds, self.taken) = (seconds, taken)
    }

    /// The median of the seconds that each case of a cell took.
    var medians: @Sendable (Cell) -> [String: Double] {
        { [seconds] in seconds[$0] ?? [:] }
    }

    /// What cells took that are like one.
    var costs: @Sendable (PreparedCell) -> [CellCost] {
        { [taken] in taken[Question($0)] ?? [] }
    }
}
