/// Two things tested in turn, as far as it has come: how often each failed, and whether that decides anything.
public struct ABComparison: Sendable, Hashable {
    /// How one side has done.
    public struct Tally: Sendable, Hashable {
        /// How many of its cells failed.
        public var failed = 0
        /// How many passed or failed.
        public var judged = 0
        /// How many said nothing.
        public var unjudged = 0

        /// How often it failed; nil if none was judged.
        public var rate: Proportion? { judged == 0 ? nil : Proportion(failed, of: judged) }
    }

    /// A side that gave no verdict so often in a row will not give one.
    public static let mostUnjudged = 3

    /// The test of the pairs of which both were judged, in their order.
    public private(set) var test: SequentialTest
    private var tallies: [SequentialTest.Side: Tally] = [:]
    /// Why there can be no answer: a side says nothing.
    public private(set) var trouble: String?

    /// Weighs what has ended.
    ///
    /// - Parameters:
    ///   - pairs: the ids of the cells of each pair. They are weighed in this order, and only up to the first that has
    ///     not ended: by the order of their endings the slower failures would come late.
    ///   - cells: the records of those that have ended.
    ///   - criterion: what counts as a failure.
    ///   - confidence: how sure a decision must be.
    public init(
        pairs: [(a: String, b: String)], cells: [CellRecord], criterion: FailureCriterion, confidence: Double
    ) {
        test = SequentialTest(confidence: confidence)
        let records = Dictionary(cells.map { ($0.id, $0) }) { $1 }
        let outcomes = pairs.map { pair in
            (a: records[pair.a].map(criterion.outcome), b: records[pair.b].map(criterion.outcome))
        }
        for (a, b) in outcomes.prefix(while: { $0.a != nil && $0.b != nil }) {
            // The partner of one that says nothing ran at another time than any other.
            guard let a = a?.hasFailed, let b = b?.hasFailed else { continue }
            test.add(aFailed: a, bFailed: b)
        }
        count(outcomes.compactMap(\.a), as: .a)
        count(outcomes.compactMap(\.b), as: .b)
    }

    private mutating func count(_ outcomes: [FailureCriterion.Outcome], as side: SequentialTest.Side) {
        var tally = Tally()
        var inARow = 0
        for outcome in outcomes {
            switch outcome {
            case .failed, .passed:
                tally.judged += 1
                tally.failed += outcome == .failed ? 1 : 0
                inARow = 0
            case .unjudged(let reason):
                tally.unjudged += 1
                inARow += 1
                if inARow == Self.mostUnjudged {
                    trouble = trouble ?? "\(side.name) gave no verdict \(inARow) times in a row: \(reason)"
                }
            }
        }
        tallies[side] = tally
    }

    /// How a side has done, over all that has ended.
    public func tally(_ side: SequentialTest.Side) -> Tally { tallies[side] ?? Tally() }

    /// Why no more cells are needed; nil if they are.
    public var conclusion: String? {
        if let worse = test.worse { return "\(worse.name) fails more often" }
        return trouble
    }
}

extension SequentialTest.Side {
    /// `A` or `B`, as people read it.
    public var name: String { rawValue.uppercased() }
}

extension FailureCriterion.Outcome {
    /// Nil for what says nothing.
    fileprivate var hasFailed: Bool? {
        switch self {
        case .failed: true
        case .passed: false
        case .unjudged: nil
        }
    }
}
