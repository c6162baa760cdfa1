import RunRecord
import Steps

extension SuiteResult {
    /// The case's own failure as a finding, beside those of the kernel: it is none of theirs, and what is known of them
    /// does not excuse it.
    ///
    /// - Parameter findings: what else there is of the case.
    /// - Returns: nil if it did not fail by itself, or that is told already.
    func ownFailure(beside findings: [Finding]) -> Finding? {
        // Where a result inside it failed, that one has the finding.
        guard verdict == .fail, !subcases.contains(where: { $0.verdict == .fail }) else { return nil }
        let failures = findings.filter { $0.severity == .failure }
        // A hang, which is how it failed.
        if failures.contains(where: { $0.source == .step || $0.source == .ladder }) { return nil }
        if isOfKernelLog, !failures.isEmpty { return nil }
        return Finding(
            source: .step, severity: .failure, kind: "test-failed", title: "\(name) failed",
            detail: (reason.map { [$0] } ?? []) + evidence)
    }
}
