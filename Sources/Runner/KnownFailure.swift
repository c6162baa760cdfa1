import RunRecord
import TestPlan

extension CellRecord {
    /// Weighs the cell's failures against what is known.
    ///
    /// A case whose failures are all of one issue is `known`. If nothing of the cell failed, each issue that applies to
    /// it is noted as not seen: perhaps it is fixed.
    ///
    /// - Parameter issues: those of the plan.
    mutating func settle(_ issues: [KnownIssue]) {
        let issues = issues.filter { $0.applies(to: parameters) }
        if Verdict.over(cases.map(\.verdict)) == .pass {
            cases += issues.map(\.absence)
            return
        }
        for index in cases.indices where cases[index].verdict == .fail {
            guard let issue = issues.first(where: { $0.explains(cases[index]) }) else { continue }
            cases[index].verdict = .known
            cases[index].reason = [issue.text, cases[index].reason].compactMap { $0 }.joined(separator: "; ")
        }
    }
}

extension KnownIssue {
    /// Whether a case failed just so, and in no other way besides.
    fileprivate func explains(_ record: CaseRecord) -> Bool {
        let failures = record.findings.filter { $0.severity == .failure }
        return !failures.isEmpty
            && failures.allSatisfy { failure in findings.contains { failure.title.contains($0) } }
    }

    /// The note that it was not seen.
    fileprivate var absence: CaseRecord {
        let said = "a known issue was not seen: \(text)"
        return CaseRecord(
            name: "known", verdict: .pass, reason: said, seconds: 0,
            findings: [
                Finding(
                    source: .step, severity: .notice, kind: "known-not-seen", title: said,
                    detail: ["if it is fixed, remove it from \(location)"])
            ])
    }
}
