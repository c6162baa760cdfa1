import HostProcess
import Machine
import ResultStore
import RunRecord
import Runner
import SystemPackage
import TestPlan

/// A run that was killed or interrupted, as `run --resume` and `matrix --resume` go on with it.
struct ResumedRun {
    /// Its directory, opened for writing.
    let directory: RunDirectory
    /// All its cells, those that are complete too.
    let cells: [Cell]

    /// - Parameters:
    ///   - name: its directory, its id, or `last`.
    ///   - data: where its plans are.
    /// - Throws: `Failure` if it cannot be gone on with: its files are gone, it still goes on, a plan is another by now.
    init(_ name: String, data: DataOptions) throws {
        let lookup = RunLookup(store: ResultsShow.storeIfAny(), runs: RunDirectory.standardParent)
        let found = try lookup.find(name)
        guard found.isWhole else {
            throw Failure(
                "the run's files are gone", on: found.directory.string, advice: "start a new one", blame: .request)
        }
        directory = try RunDirectory(resuming: found.directory) {
            try lookup.find(found.directory.string).record
        }
        let asked = directory.current.asked ?? []
        cells = try Self.cells(asked, data)
        // Compared all at once: many cells have one plan.
        for ((cell, asked), now) in zip(zip(cells, asked), cells.asked)
        where cell.id != asked.id || now.planDigest != asked.planDigest {
            throw Failure(
                "the plan has been changed since the run began", on: asked.plan,
                advice: "start a new run", blame: .request)
        }
    }

    private static func cells(_ asked: [AskedCell], _ data: DataOptions) throws -> [Cell] {
        var plans: [[String: String]: TestPlan] = [:]
        return try asked.map { asked in
            // No parameter of a plan has an empty name.
            let key = asked.parameters.merging(["": asked.plan]) { $1 }
            let plan = try plans[key] ?? data.plan(asked.plan, settings: asked.parameters)
            plans[key] = plan
            return Cell(
                plan: plan, kernel: try KernelName(parsing: asked.kernel),
                mutation: try asked.mutation.map(plan.mutation),
                backend: asked.backend.flatMap { Backend.Kind(rawValue: $0) }, repetition: asked.repetition,
                expected: asked.expected)
        }
    }
}
