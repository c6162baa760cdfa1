import Foundation
import RunRecord
import TestPlan

extension CellRecord {
    /// Weighs the cell's failures against what is known.
    ///
    /// A case is `known` if each of its failures is one of an issue that names it. An issue that applies, whose cases
    /// all passed and that was not seen is told of: perhaps it is fixed. So is one whose day has come.
    ///
    /// - Parameters:
    ///   - issues: those of the plan, and those over all plans.
    ///   - today: `YYYY-MM-DD`, in UTC.
    mutating func settle(_ issues: [KnownIssue], today: String = Self.today) {
        let claimed = issues.filter(claims)
        for issue in claimed where issue.hasExpired(on: today) {
            let note = "a known issue has expired and excuses nothing any more: \(issue.text) (\(issue.location))"
            if environment?.notes.contains(note) == false { environment?.notes.append(note) }
        }
        let issues = claimed.filter { !$0.hasExpired(on: today) }
        let verdict = Verdict.over(cases.map(\.verdict))
        for index in cases.indices where cases[index].verdict == .fail { cases[index].excuse(by: issues) }
        cases += issues.filter { wasNotSeen($0, verdict) }.enumerated().map { number, issue in
            issue.absence(
                name: number == 0 ? "known" : "known #\(number + 1)",
                of: issue.cases.isEmpty ? [] : cases.map(\.name).filter(issue.names))
        }
    }

    /// Whether an issue is about a cell like this.
    private func claims(_ issue: KnownIssue) -> Bool {
        let kernel = environment?.kernel
        let version = kernel.flatMap { KernelVersion(package: $0.version, release: $0.release) }
        return issue.applies(toPlan: plan) && issue.applies(to: parameters)
            && issue.applies(toKernel: self.kernel, release: kernel?.release, version: version)
    }

    /// Whether the cell shows that an issue does not occur.
    ///
    /// - Parameter verdict: the cell's, before anything was excused.
    private func wasNotSeen(_ issue: KnownIssue, _ verdict: Verdict) -> Bool {
        // One for all plans says of none that it must fail there.
        guard !issue.plans.isEmpty else { return false }
        guard !issue.cases.isEmpty else { return verdict == .pass }
        let named = cases.filter { issue.names($0.name) }
        return !named.isEmpty && named.allSatisfy { $0.verdict == .pass }
    }

    /// Today in UTC, as files of known issues write days: the same wherever a run is judged.
    static var today: String { String(Date().ISO8601Format().prefix(10)) }
}

extension CaseRecord {
    /// Makes it known if every failure of it is.
    fileprivate mutating func excuse(by issues: [KnownIssue]) {
        // What our side did wrong may have kept worse from being seen.
        guard !brokeOnOurSide else { return }
        let failures = findings.filter { $0.severity == .failure }
        let issues = issues.filter { $0.names(name) }
        let matching = failures.map { failure in
            issues.first { issue in issue.findings.contains { failure.title.contains($0) } }
        }
        guard !failures.isEmpty, !matching.contains(nil) else { return }
        let found = matching.compactMap { $0 }.reduce(into: [KnownIssue]()) { found, issue in
            if !found.contains(issue) { found.append(issue) }
        }
        verdict = .known
        known = found.map { $0.record(isPresent: true) }
        reason = (found.map(\.text) + [reason].compactMap { $0 }).joined(separator: "; ")
    }

    /// True if something went wrong that is not the kernel's. A guest that the kernel took down ends a step with an
    /// error too; that is the kernel's.
    private var brokeOnOurSide: Bool {
        if findings.contains(where: { $0.severity == .trouble }) { return true }
        return outcome == .error
            && !findings.contains { $0.source == .qemu && ["panic-event", "reboot"].contains($0.kind) }
    }
}

extension KnownIssue {
    fileprivate func record(isPresent: Bool) -> KnownIssueRecord {
        KnownIssueRecord(reason: reason, link: link, location: "\(location)", isPresent: isPresent)
    }

    /// The note that it was not seen.
    ///
    /// - Parameter cases: in which it was looked for; empty for the whole cell.
    fileprivate func absence(name: String, of cases: [String]) -> CaseRecord {
        let said = "a known issue was not seen: \(text)"
        var record = CaseRecord(
            name: name, verdict: .pass, reason: said, seconds: 0,
            findings: [
                Finding(
                    source: .step, severity: .notice, kind: "known-not-seen", title: said,
                    detail: ["if it is fixed, remove it from \(location)"])
            ])
        record.known = [self.record(isPresent: false)]
        record.known?[0].cases = cases
        return record
    }
}
