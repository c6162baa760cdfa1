/// Whether a cell that failed has failed as was expected, and in no other way.
///
/// A failure that was expected excuses itself and what follows from it. Anything else that fails in the cell is news, or
/// a matrix of plans that must fail could never show a second bug in them.
extension CellRecord {
    /// True if its failures are those that were expected. Its verdict is `fail` or `known`.
    ///
    /// - Parameter expected: a failure.
    func fails(as expected: CellExpectation) -> Bool {
        // What our side broke was not seen, and may have failed in another way.
        if cases.contains(where: { $0.verdict == .error }) { return false }
        // A kernel that does not come up has not shown what a plan is about, unless that is what is looked for.
        guard let wanted = expected.finding else { return bootSeconds != nil && !cases.contains(where: isFailedBoot) }
        let isWanted = { (record: CaseRecord) in
            record.findings.contains { $0.severity == .failure && $0.title.contains(wanted) }
        }
        guard let first = cases.firstIndex(where: isWanted) else { return false }
        // Whatever was said in the same case belongs to it: a warning, and the hang that it ends in.
        let its = Set(cases.filter(isWanted).flatMap(\.failures).map { Fingerprint(of: $0) })
        return cases.indices.allSatisfy { index in
            let record = cases[index]
            // What is known is excused by the issue that names it, and what did not run has failed in no way.
            guard record.verdict == .fail || record.verdict == .flaky, !isWanted(record) else { return true }
            // The same guest, which goes on with what the failure has left: locks that nobody lets go of.
            let follows = index > first && record.guest == cases[first].guest
            // A calibration names one of the checks that the plan's bug fails.
            let mayChecksFail = expected.isOfCalibration == true
            if record.failures.isEmpty { return mayChecksFail }
            return record.failures.allSatisfy { finding in
                its.contains(Fingerprint(of: finding)) || (follows && finding.isOfHang)
                    || (mayChecksFail && finding.source == .step)
            }
        }
    }

    /// Whether a case says that a guest of the cell did not come up. Of one that did, the case `boot` is what the kernel
    /// said before any step.
    func isFailedBoot(_ record: CaseRecord) -> Bool {
        guard record.step == nil, record.name.prefix(while: { $0 != " " }) == "boot" else { return false }
        let guest = guests?.first { $0.number == record.guest ?? 1 }
        return record.outcome == .fail || record.outcome == .error || (guest != nil && guest?.bootSeconds == nil)
    }
}

extension CaseRecord {
    /// Its findings with the weight of a failure.
    fileprivate var failures: [Finding] { findings.filter { $0.severity == .failure } }
}

extension Finding {
    /// The kinds of those that say that something does not go on. In which task or function that is seen is chance.
    static let hangs: Set<String> = [
        "hang", "hung-task", "rcu-stall", "soft-lockup", "hard-lockup", "workqueue-lockup",
    ]

    /// True if it says that something does not go on.
    fileprivate var isOfHang: Bool { Self.hangs.contains(kind) }
}
