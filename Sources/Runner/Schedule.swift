public import RunRecord

/// In which order cells are started, how many at a time, and when no more of them are.
public struct Schedule: Sendable {
    /// How many cells run at a time.
    public enum Jobs: Sendable, Hashable {
        /// As many as the host's memory and CPUs allow, by what such cells needed before.
        case auto
        /// At most so many, 1 or more.
        case most(Int)
    }

    /// The order in which cells are started; their order in the record is always that in which they were asked for.
    public enum Order: Sendable, Hashable {
        /// As they were asked for.
        case given
        /// Those that took longest before, first.
        case longestFirst
    }

    /// How many cells run at a time; the shards of a suite are guests beside.
    public var jobs: Jobs
    /// The order.
    public var order: Order
    /// No further cell is started once so many have failed, 1 or more; nil for no such limit.
    public var mostFailures: Int?
    /// How often a cell that failed is run again, 0 or more; what then passes is `flaky`.
    public var retries: Int
    /// Asked before a cell is started, with the records of those that have ended: a sentence if no further one is
    /// needed, which is then no fault of the run; nil to go on.
    public var isDecided: (@Sendable ([CellRecord]) -> String?)?

    /// One cell at a time, as they were asked for, all of them, once.
    public init() {
        jobs = .most(1)
        order = .given
        retries = 0
    }
}
