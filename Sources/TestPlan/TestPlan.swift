/// A checked plan: what to do in which guest, and on which kernels it must fail and pass.
///
/// The format is in `docs/plan-format.md`. A value of this type has passed every check that needs no guest, with its
/// parameters substituted.
public struct TestPlan: Sendable, Hashable {
    /// Something a plan leaves open: `${NAME}` in its guest and steps, set with `--set NAME=VALUE`.
    public struct Parameter: Sendable, Hashable {
        /// The name: a lower-case letter, then lower-case letters, digits, `_` and `-`.
        public var name: String
        /// The value unless it is set.
        public var defaultValue: String
        /// The values which the plan runs with, each in a guest of its own unless one is set; empty: only the default.
        public var values: [String]
        /// What it is for, or nil.
        public var summary: String?
        /// Where the plan declares it.
        public var location: SourceLocation

        /// Creates a parameter.
        public init(
            name: String, defaultValue: String, values: [String] = [], summary: String? = nil,
            location: SourceLocation
        ) {
            self.name = name
            self.defaultValue = defaultValue
            self.values = values
            self.summary = summary
            self.location = location
        }
    }

    /// The name, which is also that of the plan's directory: `[a-z0-9][a-z0-9-]*`, at most 64 characters.
    public var name: String
    /// One line about what the plan shows.
    public var summary: String
    /// The directory of the plan file, as the caller spelled it.
    public var directory: String
    /// The plan file.
    public var file: String
    /// The parameters in the order of the file.
    public var parameters: [Parameter]
    /// The value of each parameter in this plan: its default, or what was set.
    public var values: [String: String]
    /// The guest.
    public var guest: GuestRequest
    /// The steps, at least one.
    public var steps: [PlanStep]
    /// The kernels on which it must fail and pass.
    public var calibration: Calibration
    /// Failures that are expected.
    public var known: [KnownIssue]
    /// What must be there.
    public var requires: Requirements
    /// Changes to the kernel's modules that put a bug back.
    public var mutations: [Mutation]

    /// Creates a plan without any check; ``PlanLibrary`` reads and checks plan files.
    public init(
        name: String,
        summary: String,
        directory: String,
        file: String,
        parameters: [Parameter] = [],
        values: [String: String] = [:],
        guest: GuestRequest = GuestRequest(),
        steps: [PlanStep],
        calibration: Calibration = Calibration(),
        known: [KnownIssue] = [],
        requires: Requirements = Requirements(),
        mutations: [Mutation] = []
    ) {
        self.name = name
        self.summary = summary
        self.directory = directory
        self.file = file
        self.parameters = parameters
        self.values = values
        self.guest = guest
        self.steps = steps
        self.calibration = calibration
        self.known = known
        self.requires = requires
        self.mutations = mutations
    }
}
