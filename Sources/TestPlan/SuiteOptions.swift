/// What every step that runs a suite of cases may say about how they are run.
public struct SuiteOptions: Sendable, Hashable {
    /// How long a case may take. With a history it is `factor` times its median, at least `floor`; without one, `first`.
    public struct Limits: Sendable, Hashable {
        /// The limit of a case that was never seen to end; 20 min unless the plan says otherwise.
        public var first: Duration
        /// The least limit; 2 min unless the plan says otherwise.
        public var floor: Duration
        /// How many times its median a case may take, 2 to 100; 5 unless the plan says otherwise.
        public var factor: Int

        /// Creates limits.
        public init(first: Duration = .seconds(1200), floor: Duration = .seconds(120), factor: Int = 5) {
            self.first = first
            self.floor = floor
            self.factor = factor
        }
    }

    /// How long a case may take.
    public var limits: Limits
    /// Over how many guests at a time the cases are spread, 1 to 64.
    public var shards: Int
    /// Cases that are not run, with their reasons, in the order of the files.
    public var expunges: [Expunge]

    /// Creates options; everything left out is the default of the plan format.
    public init(limits: Limits = Limits(), shards: Int = 1, expunges: [Expunge] = []) {
        self.limits = limits
        self.shards = shards
        self.expunges = expunges
    }
}

extension StepAction {
    /// How the cases of a suite are run; nil for a step that is none.
    public var suiteOptions: SuiteOptions? {
        switch self {
        case .fstests(let request): request.options
        case .kselftest(let request): request.options
        case .suite(let request): request.options
        default: nil
        }
    }
}
