/// What is the same test in two runs: the case of a plan, on a kernel, with values of the plan's parameters.
public struct TestIdentity: Sendable, Hashable, Codable {
    /// The plan's name.
    public var plan: String
    /// The case; as the record has it.
    public var `case`: String
    /// The kernel as it was asked for; empty where kernels are compared with each other.
    public var kernel: String
    /// The values of the plan's parameters.
    public var parameters: [String: String]

    /// A case of a plan.
    public init(plan: String, case name: String, kernel: String, parameters: [String: String]) {
        self.plan = plan
        self.case = name
        self.kernel = kernel
        self.parameters = parameters
    }

    /// By plan, case, kernel and parameters.
    public static func precedes(_ one: TestIdentity, _ other: TestIdentity) -> Bool {
        if one.plan != other.plan { return one.plan < other.plan }
        if one.case != other.case { return one.case < other.case }
        if one.kernel != other.kernel { return one.kernel < other.kernel }
        return one.variation < other.variation
    }

    /// The parameters in words: `mode=pinread size=1MiB`.
    public var variation: String {
        parameters.isEmpty
            ? "" : parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
