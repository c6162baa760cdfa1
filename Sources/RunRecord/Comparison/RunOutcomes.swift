/// What came of each test of a run, over its repetitions: all that a comparison needs.
public struct RunOutcomes: Sendable {
    /// A failure, as it can be found again in another run.
    public struct Failure: Sendable, Hashable, Codable {
        /// What it has in common with its like.
        public var fingerprint: String
        /// The title as it was said this time.
        public var title: String

        /// A failure.
        public init(fingerprint: String, title: String) {
            self.fingerprint = fingerprint
            self.title = title
        }

        /// A finding as a failure.
        public init(_ finding: Finding) {
            self.init(fingerprint: Fingerprint(of: finding).description, title: finding.title)
        }
    }

    /// What came of a test.
    public struct Outcome: Sendable, Hashable, Codable {
        /// Over its repetitions: some passed and some failed is `flaky`.
        public var verdict: Verdict
        /// How many of its repetitions had which verdict, by the verdict's word.
        public var counts: [String: Int]
        /// What it failed with, each fingerprint once; of what is known too.
        public var failures: [Failure]
        /// Why, in the words of the first that decided it.
        public var reason: String?

        /// True for what speaks against the kernel.
        public var isFailure: Bool { verdict == .fail || verdict == .flaky }
    }

    /// A cell without its repetition.
    struct Cell: Hashable {
        var plan: String
        var kernel: String
        var parameters: [String: String]

        init(plan: String, kernel: String, parameters: [String: String]) {
            self.plan = plan
            self.kernel = kernel
            self.parameters = parameters
        }

        /// That of a test.
        init(_ test: TestIdentity) {
            self.init(plan: test.plan, kernel: test.kernel, parameters: test.parameters)
        }
    }

    /// The run's id.
    public let run: String
    /// By test.
    public private(set) var tests: [TestIdentity: Outcome] = [:]
    /// What no step of a plan stands for, such as `boot`: recorded only where there is something to say.
    private(set) var occasional: Set<TestIdentity> = []
    /// The cells all of whose steps ran in guests that came up.
    private(set) var ended: Set<Cell> = []
    /// The tests that failed in cells that were expected to fail so.
    private(set) var expected: Set<TestIdentity> = []
    /// The cells that did not do what was expected of them, with what they did.
    private(set) var unmet: [Cell: RunComparison.Unmet] = [:]

    /// A run without any test.
    init(run: String) {
        self.run = run
    }

    /// All tests of a record.
    ///
    /// - Parameter ignoresKernels: leave the kernel out of what a test is.
    public init(_ run: RunRecord, ignoresKernels: Bool = false) {
        self.init(run: run.id)
        for cell in run.cells {
            let kernel = ignoresKernels ? "" : cell.testedKernel
            let identity = Cell(plan: cell.plan, kernel: kernel, parameters: cell.parameters)
            if cell.cameToItsEnd { ended.insert(identity) }
            if let wanted = cell.expected, wanted.isMet == false, unmet[identity] == nil {
                unmet[identity] = RunComparison.Unmet(
                    cell: cell.id, verdict: cell.verdict, expected: wanted.text)
            }
            // A failure that was expected is no more news than one that is known.
            let isExpected = cell.expected?.isMet == true && cell.verdict == .fail
            for record in cell.cases where !record.isRemark {
                let test = TestIdentity(
                    plan: cell.plan, case: record.name, kernel: kernel, parameters: cell.parameters)
                if isExpected && record.verdict == .fail { expected.insert(test) }
                add(
                    test, isOccasional: record.step == nil,
                    verdict: isExpected && record.verdict == .fail ? .known : record.verdict, reason: record.reason,
                    failures: record.findings.filter { $0.severity == .failure }.map(Failure.init))
            }
        }
    }

    /// Notes what came of a test once.
    ///
    /// - Parameters:
    ///   - test: which.
    ///   - isOccasional: it belongs to no step.
    ///   - verdict: what was said of it.
    ///   - reason: why.
    ///   - failures: its findings with the weight of a failure.
    mutating func add(
        _ test: TestIdentity, isOccasional: Bool, verdict: Verdict, reason: String?, failures: [Failure]
    ) {
        if isOccasional { occasional.insert(test) }
        guard var outcome = tests[test] else {
            tests[test] = Outcome(
                verdict: verdict, counts: [verdict.rawValue: 1], failures: failures.uniqued, reason: reason)
            return
        }
        outcome.counts[verdict.rawValue, default: 0] += 1
        let verdicts = outcome.counts.keys.compactMap(Verdict.init(rawValue:))
        let together: Verdict =
            verdicts.contains(.fail) && verdicts.contains(.pass) ? .flaky : .over(verdicts)
        if verdict == .fail || outcome.reason == nil { outcome.reason = outcome.reason ?? reason }
        outcome.verdict = together
        outcome.failures = (outcome.failures + failures).uniqued
        tests[test] = outcome
    }

    /// The fingerprints of all that failed, by cell.
    var fingerprints: [Cell: Set<String>] {
        tests.reduce(into: [:]) { cells, test in
            if test.value.failures.isEmpty { return }
            cells[Cell(test.key), default: []].formUnion(test.value.failures.map(\.fingerprint))
        }
    }

    /// What came of a test. One that is recorded only where there is something to say has passed where its cell ended.
    func outcome(_ test: TestIdentity, isOccasional: Bool) -> Outcome? {
        if let outcome = tests[test] { return outcome }
        guard isOccasional, ended.contains(Cell(test)) else { return nil }
        return Outcome(verdict: .pass, counts: [:], failures: [], reason: nil)
    }
}

extension CellRecord {
    /// True if everything in it was reached: what it does not speak of did not happen.
    fileprivate var cameToItsEnd: Bool {
        guard isComplete == true, verdict != .error, verdict != .skip else { return false }
        return !cases.contains { record in
            record.verdict == .skip ? record.reason?.hasPrefix("not run: ") == true : isFailedBoot(record)
        }
    }
}

extension CaseRecord {
    /// True for what is no test but a word of ours: that a known issue was not seen.
    public var isRemark: Bool { findings.contains { $0.kind == "known-not-seen" } }
}

extension RunOutcomes.Failure {
    /// True if it says that something does not go on. A fingerprint begins with its finding's kind.
    var isOfHang: Bool { Finding.hangs.contains { fingerprint.hasPrefix($0 + ": ") } }
}

extension [RunOutcomes.Failure] {
    /// Each fingerprint once.
    fileprivate var uniqued: [RunOutcomes.Failure] {
        guard count > 1 else { return self }
        var seen = Set<String>()
        return filter { seen.insert($0.fingerprint).inserted }
    }
}
