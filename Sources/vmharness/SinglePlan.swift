import HostProcess
import TestPlan

extension DataOptions {
    /// A plan with one value for each of its parameters, where two kernels are compared.
    ///
    /// - Throws: `Failure` if it runs with several; what reading it throws.
    func singlePlan(_ name: String, settings: [String: String]) throws -> TestPlan {
        let plan = try plan(name, settings: settings)
        let open = plan.parameters.filter { $0.values.count > 1 && settings[$0.name] == nil }
        guard open.isEmpty else {
            throw Failure(
                "the plan runs with several values of \(open.map(\.name).joined(separator: " and "))", on: plan.file,
                advice: "choose one: "
                    + open.map { "--set \($0.name)=\($0.values.joined(separator: "|"))" }.joined(separator: " "),
                blame: .request)
        }
        return plan
    }
}
