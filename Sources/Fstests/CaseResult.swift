public import RunRecord

/// What is said of a case, from what `check` printed, its files and its xunit report together.
///
/// Where two of them contradict each other it is an `error` with both: neither is believed silently.
public struct CaseResult: Sendable, Hashable {
    /// `pass`, `fail`, `skip` or `error`.
    public let verdict: Verdict
    /// Why, in one sentence; nil for a plain pass.
    public let reason: String?
    /// How long it took, in seconds, as `check` measured it; nil if it did not.
    public let seconds: Double?
    /// The lines that show it, at most some twenty.
    public let evidence: [String]
    /// `_check_dmesg` failed it, and nothing else did.
    public let isOfKernelLog: Bool

    /// - Parameters:
    ///   - checked: what `check` printed.
    ///   - files: what it left in `RESULT_BASE`.
    ///   - report: the case's entries in `result.xml`; empty if it has none.
    public init(_ checked: CheckedCase, files: [CaseFile] = [], report: [XUnitReport.Case] = []) {
        seconds = checked.seconds.map(Double.init) ?? report.last?.seconds
        var verdict = Self.verdict(checked.status)
        var reason = Self.reason(checked, files)
        var evidence = Self.evidence(checked, files)
        if let contradiction = Self.contradiction(checked, files, report) {
            verdict = .error
            reason = [contradiction, reason].compactMap { $0 }.joined(separator: "; ")
            evidence += report.compactMap { entry in entry.message.map { "xunit: \(entry.status.rawValue): \($0)" } }
        }
        self.verdict = verdict
        self.reason = reason
        self.evidence = evidence
        isOfKernelLog =
            verdict == .fail && !checked.reasons.isEmpty && checked.others.isEmpty
            && checked.reasons.allSatisfy { Self.clause($0).hasPrefix(Self.checkDmesg) }
    }

    private static func verdict(_ status: CheckedCase.Status) -> Verdict {
        switch status {
        case .pass: .pass
        case .fail: .fail
        case .notRun, .expunged: .skip
        case .missing: .error
        }
    }

    private static func reason(_ checked: CheckedCase, _ files: [CaseFile]) -> String? {
        let said = checked.reasons.map(clause)
        switch checked.status {
        case .pass: return nil
        case .expunged: return "left out by name"
        case .missing: return said.first ?? "no such test"
        case .notRun:
            let file = files.first { $0.kind == .notRun }?.lines().joined(separator: " ").trimmed
            return said.first ?? file.flatMap { $0.isEmpty ? nil : $0 } ?? "check says that it did not run, not why"
        case .fail:
            let all = said + checked.others.prefix(2).map(clause)
            return all.isEmpty ? "check says that it failed, not why" : all.joined(separator: "; ")
        }
    }

    /// `- output mismatch (see /…/001.out.bad)` is `output mismatch`: the path is one of the guest's.
    private static func clause(_ said: String) -> String {
        var text = Substring(said)
        if text.hasPrefix("- ") { text = text.dropFirst(2) }
        if let see = text.firstRange(of: " (see /") { text = text[..<see.lowerBound] }
        if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
        return String(text.prefix(500))
    }

    private static func evidence(_ checked: CheckedCase, _ files: [CaseFile]) -> [String] {
        guard checked.status == .fail else { return [] }
        func file(_ kind: CaseFile.Kind) -> CaseFile? { files.first { $0.kind == kind } }
        // Ours is whole, what `check` prints ends after ten lines.
        let diff = file(.difference)?.lines() ?? checked.diff
        var lines = diff.filter { line in
            !["--- ", "+++ ", "..."].contains(where: line.hasPrefix) && !line.hasPrefix("(Run 'diff")
        }.prefix(12).map { String($0.prefix(500)) }
        if lines.isEmpty, let full = file(.full) { lines = full.lines().suffix(5).map { String($0.prefix(500)) } }
        if checked.reasons.contains(where: { $0.hasPrefix(checkDmesg) }), let dmesg = file(.dmesg) {
            lines += dmesg.lines().filter { line in marks.contains(where: line.contains) }.prefix(5).map {
                String($0.prefix(500))
            }
        }
        let lost = checked.dropped > 0 ? ["[vmharness: \(checked.dropped) more lines of check not kept]"] : []
        return lines + checked.others.prefix(4) + checked.hints.prefix(4) + lost
    }

    /// How `check` begins what it says of a kernel that complained (fstests' common/rc).
    private static let checkDmesg = "_check_dmesg"

    /// What `_check_dmesg` looks for (fstests' common/rc).
    private static let marks = [
        "kernel BUG at", "WARNING:", "BUG:", "Oops:", "possible recursive locking detected", "suspicious RCU usage",
        "possible circular locking dependency detected", "general protection fault:", "remaining", "oom-kill", "UBSAN:",
    ]

    private static func contradiction(
        _ checked: CheckedCase, _ files: [CaseFile], _ report: [XUnitReport.Case]
    ) -> String? {
        // With reruns, the last is what was printed last.
        if let entry = report.last, [.pass, .fail, .notRun].contains(checked.status), entry.status != checked.status {
            return "check says \(word(checked.status)), its xunit report says \(word(entry.status))"
        }
        // Both are removed when a case begins.
        if checked.status == .pass, files.contains(where: { $0.kind == .output }) {
            return "check says \(word(.pass)), but there is an .out.bad of it"
        }
        if checked.status != .notRun, files.contains(where: { $0.kind == .notRun }) {
            return "check says \(word(checked.status)), but there is a .notrun of it"
        }
        return nil
    }

    private static func word(_ status: CheckedCase.Status) -> String {
        switch status {
        case .pass: "pass"
        case .fail: "fail"
        case .notRun: "not run"
        case .expunged: "expunged"
        case .missing: "no such test"
        }
    }
}
