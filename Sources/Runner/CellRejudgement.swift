import Foundation
import HostProcess
import KernelLog
import RunRecord
import SystemPackage
import TestPlan

/// A cell while its evidence is judged once more.
struct CellRejudgement {
    /// What could not be judged again, a sentence each.
    private(set) var notes: [String] = []
    private var cell: CellRecord
    /// Cases in which the kernel's findings are others now.
    private var touched = Set<Int>()
    /// What was said of the cases before known issues were weighed.
    private var wasKnown: [Int: CaseRecord] = [:]
    /// What was said of known issues that were not seen.
    private let remarks: [CaseRecord]
    /// Why the cell is an error whatever its cases say; nil if they say it all.
    private let unfinished: String?

    /// - Parameters:
    ///   - cell: as it was recorded.
    ///   - isOver: false if the run was killed: whatever cell ran then did not come to its end.
    init(_ cell: CellRecord, isOver: Bool) {
        self.cell = cell
        remarks = cell.cases.filter(\.isRemark)
        // A cell is an error until it is concluded.
        let isUnfinished =
            cell.verdict == .error
            && (!cell.cases.contains { $0.verdict == .error } || (!isOver && cell.isComplete != true))
        unfinished = isUnfinished ? cell.reason ?? "the cell did not come to its end" : nil
        self.cell.cases.removeAll(where: \.isRemark)
        for index in self.cell.cases.indices { unsettle(index) }
    }

    /// Takes back what was excused.
    private mutating func unsettle(_ index: Int) {
        let record = cell.cases[index]
        guard record.verdict == .known, record.expunge == nil,
            record.known != nil || record.findings.contains(where: { $0.severity == .failure })
        else { return }
        wasKnown[index] = record
        cell.cases[index].verdict = .fail
        cell.cases[index].known = nil
        for issue in record.known ?? [] {
            cell.cases[index].reason = cell.cases[index].reason.flatMap { Self.strip(issue.text, from: $0) }
        }
    }

    /// What is left of a reason without what it begins with; nil if nothing.
    private static func strip(_ text: String, from reason: String) -> String? {
        guard reason.hasPrefix(text) else { return reason }
        let rest = reason.dropFirst(text.count)
        if rest.isEmpty { return nil }
        return rest.hasPrefix("; ") ? String(rest.dropFirst(2)) : reason
    }

    // MARK: Evidence

    /// Reads what the cell's guests left, and gives each case the findings that it has by today's reader.
    ///
    /// - Parameter run: the run's directory.
    /// - Throws: `Failure` if a log cannot be read.
    mutating func readEvidence(in run: FilePath) throws {
        let relative = FilePath(cell.directory)
        // A record may be anybody's.
        guard relative.isLexicallyNormal, relative.isRelative, !relative.starts(with: "..") else {
            throw Failure("a cell's directory is not in the run's", on: cell.directory, advice: "", blame: .request)
        }
        // Without it no guest was started.
        guard cell.environment != nil else { return }
        let count = max(1, min(cell.guests?.count ?? 1, 10_000))
        for guest in 1...count {
            guard let evidence = try StoredEvidence(cell: run.appending(relative.components), guest: guest) else {
                notes.append("guest \(guest) left no console.log: what was found in it stands")
                continue
            }
            apply(evidence, guest: guest)
        }
    }

    private mutating func apply(_ evidence: StoredEvidence, guest: Int) {
        // Where each of the kernel's old findings in these logs is.
        var old: [(case: Int, finding: Finding)] = []
        var beyond = 0
        for (index, record) in cell.cases.enumerated() {
            for finding in record.findings where Self.isKernels(finding, in: evidence.files) {
                if evidence.isBeyond(finding) { beyond += 1 } else { old.append((index, finding)) }
            }
        }
        if beyond > 0 {
            notes.append(
                "guest \(guest): \(beyond) findings lie beyond what was kept of its logs and stand as they were")
        }
        var new: [Int: [Finding]] = [:]
        for finding in evidence.findings {
            let twin = old.first { Self.overlap($0.finding, finding) }
            let index = twin?.case ?? caseIndex(for: finding, in: evidence, guest: guest)
            // What is the same keeps its lines of the sources.
            new[index, default: []].append(twin.map { Self.merged($0.finding, finding) } ?? finding)
        }
        for index in Set(new.keys).union(old.map(\.case)) {
            let mine = old.filter { $0.case == index }.map(\.finding)
            let now = new[index] ?? []
            // In whatever order: a reader that listens tells them as they end.
            if mine.map(Self.essence).sorted() == now.map(Self.essence).sorted() { continue }
            let others = cell.cases[index].findings.filter {
                !Self.isKernels($0, in: evidence.files) || evidence.isBeyond($0)
            }
            let title = mine.first { $0.severity == .failure }?.title
            cell.cases[index].findings = now + others
            if let title { cell.cases[index].reason = cell.cases[index].reason.flatMap { Self.strip(title, from: $0) } }
            touched.insert(index)
        }
    }

    private static func isKernels(_ finding: Finding, in files: [String]) -> Bool {
        (finding.source == .console || finding.source == .kmsg) && finding.place.map { files.contains($0.file) } == true
    }

    private static func overlap(_ one: Finding, _ other: Finding) -> Bool {
        guard let first = one.place, let second = other.place, first.file == second.file else { return false }
        return first.byte < second.endByte && second.byte < first.endByte
    }

    private static func essence(_ finding: Finding) -> String {
        [finding.kind, finding.title, finding.severity.rawValue, finding.function ?? ""].joined(separator: "\n")
    }

    private static func merged(_ old: Finding, _ new: Finding) -> Finding {
        if essence(old) == essence(new) { return old }
        // Who wrote it was seen while the guest lived; the kernel's log that was kept need not go back so far.
        if old.report?.forged == true, old.severity == .notice, (old.kind, old.title) == (new.kind, new.title) {
            return old
        }
        var new = new
        if old.function == new.function { (new.sources, new.location) = (old.sources, new.location ?? old.location) }
        return new
    }

    /// The case that a report belongs to which was no finding before; made where there is none.
    private mutating func caseIndex(for finding: Finding, in evidence: StoredEvidence, guest: Int) -> Int {
        var place = evidence.place(of: finding)
        var name = "end"
        if case .after(let step) = place, let next = evidence.step(after: step) { place = next }
        switch place {
        case .boot: name = "boot"
        case .kmsg: name = "kmsg"
        case .after: name = "end"
        case .suiteCase(let wanted):
            let fitting = cell.cases.indices.filter { index in
                let name = cell.cases[index].name
                return (name == wanted || name.hasSuffix("/" + wanted)) && (cell.cases[index].guest ?? 1) == guest
            }
            if let index = fitting.first { return index }
            name = wanted
        case .step(let number, let kind):
            let own = cell.cases.indices.filter {
                cell.cases[$0].step == number && (cell.cases[$0].guest ?? 1) == guest
            }
            if let index = own.first { return index }
            name = kind
        }
        let same = cell.cases.firstIndex { $0.name == name && ($0.guest ?? 1) == guest && $0.step == nil }
        if let same { return same }
        var record = CaseRecord(name: unique(name), guest: guest, verdict: .pass, seconds: 0)
        if case .step(let number, _) = place { record.step = number }
        record.outcome = .pass
        cell.cases.append(record)
        return cell.cases.count - 1
    }

    private func unique(_ name: String) -> String {
        let count = cell.cases.count { $0.name == name || $0.name.hasPrefix(name + " #") }
        return count == 0 ? name : "\(name) #\(count + 1)"
    }

    // MARK: Verdicts

    /// The cell with today's verdicts.
    ///
    /// - Parameters:
    ///   - known: what is known of its failures.
    ///   - today: `YYYY-MM-DD`, in UTC.
    mutating func conclude(known: Rejudgement.Known, today: String) -> CellRecord {
        for index in touched.sorted() { judge(index) }
        // What the reader does not report any more leaves nothing to say of a case that was made for it.
        let empty = touched.filter { index in
            let record = cell.cases[index]
            return record.step == nil && record.findings.isEmpty && record.verdict == .pass
        }
        let before = cell.environment?.notes ?? []
        cell.settle(known.issues, today: today)
        notes += (cell.environment?.notes ?? []).filter { !before.contains($0) }
        if !known.hasPlans {
            for (index, record) in wasKnown where !touched.contains(index) && cell.cases[index].verdict == .fail {
                cell.cases[index] = record
            }
            keepRemarks()
            notes.append("its plan cannot be read: what was known stays so")
        }
        for index in empty.sorted(by: >) { cell.cases.remove(at: index) }
        cell.conclude()
        if let unfinished, cell.verdict != .fail { (cell.verdict, cell.reason) = (.error, unfinished) }
        return cell
    }

    /// Puts back what was said of issues that were not seen, but for what is said anew.
    private mutating func keepRemarks() {
        let said = Set(cell.cases.filter(\.isRemark).flatMap { $0.known ?? [] }.map(\.text))
        for var remark in remarks where !(remark.known ?? []).contains(where: { said.contains($0.text) }) {
            remark.name = unique("known")
            cell.cases.append(remark)
        }
    }

    private mutating func judge(_ index: Int) {
        var record = cell.cases[index]
        let outcome = self.outcome(of: record)
        record.findings = record.findings.map(\.withItsOwnWeight).withoutConsequences
        let title = record.findings.first { $0.severity == .failure && $0.source != .step }?.title
        record.verdict = CaseRecord.verdict(of: outcome.verdict, with: record.findings)
        if record.expunge != nil, record.verdict == .fail { record.verdict = .known }
        let reasons = [title, record.reason, record.verdict == .fail && title == nil ? outcome.note : nil]
        let words = reasons.compactMap { $0 }.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        record.reason = words.isEmpty ? nil : words.joined(separator: "; ")
        cell.cases[index] = record
    }

    /// What the step or suite itself said. Older records do not have it: then what else is there tells, a guest that was
    /// lost was so on our side, and a case of a suite that had failed is not taken for passed, since its kernel report may have stood for a failure of its own.
    private func outcome(of record: CaseRecord) -> (verdict: Verdict, note: String?) {
        if let outcome = record.outcome { return (outcome, nil) }
        guard record.verdict == .fail || record.verdict == .known, let step = record.step else {
            guard record.verdict == .fail else { return (record.verdict, nil) }
            return (standsForLoss(record) ? .error : .pass, nil)
        }
        let isSuite = cell.cases.count { $0.step == step } > 1
        if !isSuite { return (record.reason == nil ? .pass : .error, nil) }
        return (.fail, "it had failed, and the record does not say whether by itself")
    }

    /// Whether a case of no step says that a guest did not come up or was lost, whatever the kernel said meanwhile.
    private func standsForLoss(_ record: CaseRecord) -> Bool {
        switch record.name.prefix(while: { $0 != " " }) {
        case "ssh", "guest", "record": return true
        case "boot":
            // Of a guest that came up it is what the kernel said before any step.
            guard let guests = cell.guests else { return cell.bootSeconds == nil }
            return guests.first { $0.number == record.guest ?? 1 }?.bootSeconds == nil
        default: return false
        }
    }
}

extension Finding {
    /// With the weight that QEMU's events have where the kernel did not explain them.
    fileprivate var withItsOwnWeight: Finding {
        guard source == .qemu, kind == "panic-event" || kind == "reboot" else { return self }
        var finding = self
        finding.severity = .failure
        return finding
    }
}
