import ArgumentParser
import TestPlan

/// How the plan of a bisection is run on each of its kernels.
struct BisectSubject: ParsableArguments {
    @Option(
        help: ArgumentHelp("Run with this mutation of the plan.", valueName: "name"),
        completion: Completions.mutations)
    var mutate: String?

    @Option(
        name: .customLong("set"), help: "A parameter of the plan, as name=value; may be given several times.",
        completion: Completions.settings)
    var settings: [String] = []

    /// True if the command line says nothing of it.
    var isUnsaid: Bool { settings.isEmpty && mutate == nil }

    /// The plan of that name with its parameters filled in, and its mutation.
    ///
    /// - Throws: `Failure`, `InvalidFile`: no such plan, parameter or mutation.
    func plan(_ name: String, in data: DataOptions) throws -> (plan: TestPlan, mutation: Mutation?) {
        let plan = try data.singlePlan(name, settings: PlanCommand.values(settings))
        return (plan, try mutate.map(plan.mutation))
    }
}
