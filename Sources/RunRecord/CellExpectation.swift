/// What a matrix expects of a cell, and whether that came.
///
/// A cell's verdict says what the kernel did; this says whether it is news. A cell that did what was expected does not
/// make its run fail, and one that did not does, a failure that was expected and did not come included.
public struct CellExpectation: Sendable, Hashable, Codable {
    /// What can be expected.
    public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        /// Every case passes.
        case pass
        /// It fails, be it as a known issue says.
        case fail
        /// It fails as a known issue says, and in no other way.
        case known
        /// It is skipped, for the want of something that the plan can do without.
        case skip
    }

    /// What is expected.
    public var outcome: Outcome
    /// A part of the title that one of the findings with the weight of a failure must have; nil if any will do. For
    /// failures alone. Other cases must not fail beside those that have it.
    public var finding: String?
    /// True if the plan's calibration says it. That names one of the checks that the plan's bug fails, so those of other
    /// cases may fail, too; what the kernel says in them is no more excused than elsewhere. Nil if the matrix says it.
    public var isOfCalibration: Bool?
    /// Where it is said: `FILE:LINE:COLUMN`, of the matrix or of the plan's calibration.
    public var source: String
    /// Whether it came; nil as long as nobody can tell: the cell has not ended, was skipped, or broke on our side.
    public var isMet: Bool?

    /// What is expected of a cell that has not run.
    public init(_ outcome: Outcome, finding: String? = nil, isOfCalibration: Bool? = nil, source: String) {
        self.outcome = outcome
        self.finding = finding
        self.isOfCalibration = isOfCalibration
        self.source = source
    }

    /// `must fail with 'WARNING in x'`
    public var text: String {
        switch outcome {
        case .pass: "must pass"
        case .fail: "must fail" + with
        case .known: "must fail as known" + with
        case .skip: "must be skipped"
        }
    }

    private var with: String { finding.map { " with '\($0)'" } ?? "" }

    /// Whether it came.
    ///
    /// - Parameter cell: or one attempt at it. What is expected of it in its own record does not count here.
    /// - Returns: nil if that shows nothing.
    public func isMet(by cell: CellRecord) -> Bool? {
        switch (outcome, cell.verdict) {
        case (_, .error): return nil
        case (.skip, .skip): return true
        // A skipped cell has shown nothing.
        case (_, .skip): return nil
        case (.pass, .pass): return true
        case (.fail, .fail), (.fail, .known), (.known, .known):
            // Of a cell that was run again, each attempt that failed must have failed so: one that did does not make good
            // for one that did not.
            let attempts = (cell.attempts ?? []).filter { $0.verdict == .fail || $0.verdict == .known }
            if attempts.isEmpty { return cell.fails(as: self) }
            return attempts.allSatisfy { isMet(by: cell.alone($0)) == true }
        default: return false
        }
    }
}

extension CellRecord {
    /// What the cell weighs in the exit status of its run: its verdict, unless something was expected of it. What came
    /// as expected weighs as a pass, and what did not as a failure.
    public var weight: Verdict {
        guard let isMet = expected?.isMet else { return verdict }
        return isMet ? .pass : .fail
    }

    /// What is said of the expectation beside the verdict: `as expected`, `not as expected: must fail with 'x'`; nil
    /// without one.
    public var expectationWords: String? {
        expected.map { expected in
            switch expected.isMet {
            case true?: "as expected"
            case false?: "not as expected: \(expected.text)"
            case nil: "not shown: \(expected.text)"
            }
        }
    }

    /// The verdict, and beside it whether that was expected: `fail, as expected`.
    public var standing: String { verdict.rawValue + (expectationWords.map { ", \($0)" } ?? "") }

    /// The failure of an expectation as a case, for the reports whose readers know of cases alone; nil if it did not
    /// fail. A cell in which another case fails as it must not needs none.
    var unmetCase: CaseRecord? {
        guard let expected, expected.isMet == false, verdict != .fail, verdict != .flaky else { return nil }
        return CaseRecord(
            name: "expectation", verdict: .fail, reason: "\(verdict.rawValue), but it \(expected.text)", seconds: 0)
    }

    /// The cell as a report shows it whose readers break a build over each case that failed: where the failure was
    /// expected, its cases are `known` with the reason that it was; where it did not come, there is a case that fails.
    var asExpectedByReaders: CellRecord {
        var cell = self
        if let expected, expected.isMet == true, verdict == .fail {
            for index in cell.cases.indices where cell.cases[index].verdict == .fail {
                cell.cases[index].verdict = .known
                let reason = cell.cases[index].reason.map { ": \($0)" } ?? ""
                cell.cases[index].reason = "expected (\(expected.text))\(reason)"
            }
            cell.verdict = .known
            cell.reason = "expected (\(expected.text))" + (reason.map { ": \($0)" } ?? "")
        } else if let unmet = unmetCase {
            cell.cases.append(unmet)
            cell.verdict = .fail
            cell.reason = unmet.reason
        }
        return cell
    }
}

extension RunRecord {
    /// The verdict, and beside it what it means where something was expected of cells: `fail, as expected`.
    public var standing: String {
        let word = verdict.rawValue
        if !unmet.isEmpty { return "\(word), \(unmet.count) not as expected" }
        let isExpected = verdict.exitStatus != 0 && exitStatus == 0
        return word + (isExpected ? ", as expected" : "")
    }

    /// Its cells as ``CellRecord/asExpectedByReaders``.
    var asExpectedByReaders: RunRecord {
        guard cells.contains(where: { $0.expected != nil }) else { return self }
        var run = self
        run.cells = cells.map(\.asExpectedByReaders)
        return run
    }
}
