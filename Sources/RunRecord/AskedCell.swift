/// A cell as it was asked for: enough to run it again, whether or not it ever began.
public struct AskedCell: Sendable, Hashable, Codable {
    /// The id that its record has or will have.
    public var id: String
    /// The plan's file, absolute.
    public var plan: String
    /// What the plan's file held, as a number that changes with it; nil if it could not be read.
    public var planDigest: String?
    /// The kernel as asked for.
    public var kernel: String
    /// The name of the plan's mutation of the kernel; nil for the kernel as it is.
    public var mutation: String?
    /// What starts its guests, `qemu` or `libvirt`, where the cell was asked for so; nil elsewhere.
    public var backend: String?
    /// The values of the plan's parameters.
    public var parameters: [String: String]
    /// Which repetition, from 1; nil if it runs once.
    public var repetition: Int?
    /// What a matrix expects of it; nil if nothing is.
    public var expected: CellExpectation?

    /// A cell as it was asked for.
    public init(
        id: String, plan: String, planDigest: String? = nil, kernel: String, mutation: String? = nil,
        backend: String? = nil, parameters: [String: String], repetition: Int? = nil,
        expected: CellExpectation? = nil
    ) {
        self.id = id
        self.plan = plan
        self.planDigest = planDigest
        self.kernel = kernel
        self.mutation = mutation
        self.backend = backend
        self.parameters = parameters
        self.repetition = repetition
        self.expected = expected
    }
}
