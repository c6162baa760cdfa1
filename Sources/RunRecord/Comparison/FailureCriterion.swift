/// What counts as a failure of a cell where cells are compared: any, or that of one case, or with one finding.
public struct FailureCriterion: Sendable, Hashable, Codable {
    /// What a cell says.
    public enum Outcome: Sendable, Hashable {
        /// It failed so.
        case failed
        /// It passed.
        case passed
        /// It says nothing, for this reason: our side broke, it was skipped, it failed otherwise.
        case unjudged(String)
    }

    /// Only this case counts, by its name in the record; nil for the whole cell.
    public var testCase: String?
    /// Only failures with a finding whose title holds this count; who fails otherwise says nothing. Nil for any failure.
    public var finding: String?
    /// A guest that does not come up counts as a failure, rather than as one that says nothing.
    public var countsBoot: Bool

    /// What counts; anything by default.
    public init(testCase: String? = nil, finding: String? = nil, countsBoot: Bool = true) {
        self.testCase = testCase
        self.finding = finding
        self.countsBoot = countsBoot
    }

    /// What a cell that has ended says. What is known, or failed only once, has failed as well.
    public func outcome(of cell: CellRecord) -> Outcome {
        let cases = testCase.map { name in
            // A second case of the same name has a number behind it.
            cell.cases.filter { $0.name == name || $0.name.hasPrefix("\(name) #") }
        }
        if let testCase, cases?.isEmpty == true {
            // Recorded only where there is something to say of it.
            if testCase == "boot", cell.bootSeconds != nil { return .passed }
            return .unjudged(cell.verdict == .error ? reason(cell) : "there is no case '\(testCase)' in it")
        }
        let records = cases ?? cell.cases
        let verdict = cases.map { Verdict.over($0.map(\.verdict)) } ?? cell.verdict
        switch verdict {
        case .pass: return .passed
        case .error, .skip:
            return .unjudged(records.first { $0.verdict == verdict && $0.reason != nil }?.reason ?? reason(cell))
        case .fail, .flaky, .known:
            if !countsBoot, testCase == nil, cell.bootSeconds == nil {
                return .unjudged("the guest did not come up" + (cell.reason.map { ": \($0)" } ?? ""))
            }
            guard let finding else { return .failed }
            let titles = records.flatMap(\.findings).filter { $0.severity == .failure }.map(\.title)
            if titles.contains(where: { $0.contains(finding) }) { return .failed }
            return .unjudged("it failed otherwise: " + (titles.first ?? reason(cell)))
        }
    }

    private func reason(_ cell: CellRecord) -> String { cell.reason ?? cell.verdict.rawValue }
}
