/// A run with what a report shows besides the record.
public struct RunReport: Sendable {
    /// Which finding of which case of which cell, counted from 0.
    public struct FindingIndex: Sendable, Hashable {
        /// The cell.
        public var cell: Int
        /// The case in it.
        public var `case`: Int
        /// The finding in that.
        public var finding: Int

        /// The index of a finding.
        public init(cell: Int, case record: Int, finding: Int) {
            self.cell = cell
            self.case = record
            self.finding = finding
        }
    }

    /// The run.
    public var run: RunRecord
    /// The console around findings, where it could be read.
    public var excerpts: [FindingIndex: LogExcerpt]
    /// What is different from an earlier run; nil if there is none.
    public var comparison: RunComparison?

    /// The most findings that a report shows with their logs.
    public static let mostFindings = 200

    /// A run as it is to be reported.
    public init(
        _ run: RunRecord, excerpts: [FindingIndex: LogExcerpt] = [:], comparison: RunComparison? = nil
    ) {
        self.run = run
        self.excerpts = excerpts
        self.comparison = comparison
    }

    /// The findings that weigh something, in their order.
    public static func findings(of run: RunRecord) -> [(index: FindingIndex, finding: Finding)] {
        run.cells.enumerated().flatMap { cellIndex, cell in
            cell.cases.enumerated().flatMap { caseIndex, record in
                record.findings.enumerated().filter { $0.element.severity != .notice }.map { index, finding in
                    (FindingIndex(cell: cellIndex, case: caseIndex, finding: index), finding)
                }
            }
        }
    }

    /// Those of ``findings(of:)`` that a report shows, in their order. If there are more than ``mostFindings``, the
    /// first of each fingerprint come before any that are like another.
    public static func shownFindings(of run: RunRecord) -> [(index: FindingIndex, finding: Finding)] {
        let all = findings(of: run)
        guard all.count > mostFindings else { return all }
        var seen: Set<Fingerprint> = []
        var others: [Int] = []
        var chosen: [Int] = []
        // So many are looked at, since titles may be anything.
        for (number, entry) in all.prefix(50 * mostFindings).enumerated() where chosen.count < mostFindings {
            if seen.insert(Fingerprint(of: entry.finding)).inserted {
                chosen.append(number)
            } else {
                others.append(number)
            }
        }
        return (chosen + others.prefix(mostFindings - chosen.count)).sorted().map { all[$0] }
    }
}
