import Foundation
import HostProcess
import Machine
import RemoteShell
import RunRecord
import Steps
import TestPlan

/// Watches a suite in a guest: puts each case's result together with what the
/// kernel said in it, and sees when the guest is of no more use.
struct SuiteWatch {
    /// What can happen meanwhile.
    enum Signal: Sendable {
        /// The suite reports, and waits until that has been taken.
        case event(SuiteEvent, taken: HostProcess.Signal)
        /// The guest is in trouble.
        case trouble([Guest.Trouble])
        /// Time to look.
        case tick
        /// The suite has ended, with an error or without.
        case ended((any Error)?)
    }

    /// Between two looks.
    static let interval = Duration.seconds(5)
    /// Taints that a case leaves behind and the next should not inherit: bad page, machine check, died, warned, soft
    /// lockup (Documentation/admin-guide/tainted-kernels.rst: bits 4, 5, 7, 9, 14).
    private static let damagingTaints = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 9 | 1 << 14
    /// Characters kept of what the suite says besides its results.
    private static let mostWords = 1 << 20

    private struct Running {
        let name: String
        let began = ContinuousClock.now
        var heartbeat: Heartbeat
        let limit: CaseLimit

        var elapsed: Double { (ContinuousClock.now - began) / .seconds(1) }
    }

    private let run: SuiteRun
    private let names: [String]
    private let medians: [String: Double]
    private var running: Running?
    /// The case that ended last in this guest.
    private var last: String?
    private var unreported: Set<String>
    /// Console findings that no case has been given yet.
    private var pending: [Finding] = []
    private var words = ""
    private var taint: Int?

    init(run: SuiteRun, names: [String]) {
        self.run = run
        self.names = names
        medians = run.session.runner.medians(step: run.number)
        unreported = Set(names)
    }

    private var session: GuestSession { run.session }

    /// Takes a signal.
    ///
    /// - Returns: how the suite came out in this guest; nil while it goes on.
    /// - Throws: `CancellationError`.
    mutating func take(_ signal: Signal) async throws -> SuiteRun.Ending? {
        switch signal {
        case .event(.began(let name), _):
            if taint == nil { taint = try await readTaint() }
            var heartbeat = Heartbeat(session.guest)
            try await heartbeat.look(session.guest, console: session.recorder)
            running = Running(
                name: name, heartbeat: heartbeat,
                limit: CaseLimit(run.suite.options.limits, median: medians[name]))
            session.runner.report(.caseStarted(cell: session.id, name: name))
        case .event(.said(let text), _):
            say(text)
        case .event(.ended(let result), _):
            if let damage = try await record(result), !unreported.isEmpty || session.hasStepsAfter(run.number) {
                return keepWords(.goOn(reason: "\(result.name): \(damage)", killer: nil, shellAnswers: true))
            }
        case .tick:
            return try await look()
        case .trouble(let trouble):
            return try await lose { try await $0.down(trouble) }
        case .ended(nil):
            for name in names where unreported.contains(name) {
                add(SuiteResult(name: name, verdict: .error, reason: "the suite ended without a word of it"), [], [])
            }
            return keepWords(.done)
        case .ended(let error as RemoteShell.Lost):
            return try await lose { try await $0.lost(error.description) }
        case .ended(let error as RemoteShell.TimedOut):
            return try await lose { try await $0.hung("the guest did not answer: \(error)") }
        case .ended(let error?):
            try Task.checkCancellation()
            return try await broke(error)
        }
        return nil
    }

    // MARK: A case has ended

    /// Records a result with what the kernel said.
    ///
    /// - Returns: what it has left behind that would spoil the next case; nil if nothing.
    private mutating func record(_ result: SuiteResult) async throws -> String? {
        let seconds = running?.name == result.name ? running?.elapsed : nil
        running = nil
        last = result.name
        guard unreported.contains(result.name) else {
            say("\(result.name) was reported twice: \(result.verdict.rawValue) \(result.reason ?? "")")
            return nil
        }
        let now = try await afterMark()
        pending += session.recorder.drain(all: true)
        // A guest that went down meanwhile cannot be asked what of that the kernel said.
        if session.guest.trouble.isEmpty { pending = try await session.unmask(pending, run.shell) }
        let findings = takeFindings(of: result.name)
        var result = result
        result.seconds = result.seconds ?? seconds
        if let first = session.progress.firstTry(of: recordName(result.name)) {
            result.reason = [result.reason, "the first try was lost: \(first)"].compactMap { $0 }
                .joined(separator: "; ")
        }
        add(result, findings, [])
        if let damage = result.damage { return damage }
        if let title = findings.first(where: { $0.severity == .failure })?.title {
            return "\(title), a fresh guest has not that behind it"
        }
        // What the taint was before must be known: a guest may have booted with one.
        guard let before = taint, let now, now & ~before & Self.damagingTaints != 0 else { return nil }
        return "it tainted the kernel (\(before) to \(now))"
    }

    /// Waits until what the kernel has said so far has come out of the console.
    ///
    /// - Returns: the kernel's taint; nil if the guest did not tell in time.
    private func afterMark() async throws -> Int? {
        // It must not look like the beginning of a case.
        let line = "vmharness: step \(run.number) ended a case"
        let asked = try await session.race(limit: .seconds(15)) { [session, shell = run.shell] in
            try await session.recorder.valueAfterLine(containing: line) {
                let script = "echo '<5>\(line)' >/dev/kmsg; cat /proc/sys/kernel/tainted"
                return try? await shell.run(script, timeout: .seconds(12)).text.trimmed
            }
        }
        guard case .finished(let text) = asked else { return nil }
        return text.flatMap { Int($0) }
    }

    private func readTaint() async throws -> Int? {
        let result = try? await run.shell.run("cat /proc/sys/kernel/tainted", timeout: .seconds(15))
        try Task.checkCancellation()
        return result.flatMap { Int($0.text.trimmed) }
    }

    /// The pending findings that belong to a case: the kernel said them after
    /// the case's mark and before the next. What belongs to a case recorded
    /// before goes there; what comes after the next case's mark stays.
    private mutating func takeFindings(of name: String) -> [Finding] {
        var mine: [Finding] = []
        var later: [Finding] = []
        for finding in pending {
            switch owner(of: finding) {
            case name, nil: mine.append(finding)
            case let other? where unreported.contains(other): later.append(finding)
            case let other?: amend(other, with: [finding])
            }
        }
        pending = later
        return mine
    }

    /// The case in which the kernel said something, by the marks on the console; nil if it cannot be told.
    private func owner(of finding: Finding) -> String? {
        guard finding.source == .console, let byte = finding.place?.byte,
            let line = session.recorder.lineOfMark(before: byte)
        else { return nil }
        let fitting = names.filter { name in
            guard let range = line.range(of: run.suite.mark(of: name)) else { return false }
            return line[range.upperBound...].first.map { $0 == " " || $0.isWhitespace } ?? true
        }
        // A test has the same mark in each section: the one that runs, or ran last, is meant.
        return fitting.first { $0 == running?.name } ?? fitting.first { $0 == last } ?? fitting.first
    }

    /// Adds to a case that has its record already what the kernel said of it late.
    private func amend(_ name: String, with findings: [Finding]) {
        let findings = session.record(findings)
        session.journal.amend(recordName(name)) { record in
            record.findings += findings
            record.verdict = CaseRecord.verdict(of: record.verdict, with: findings)
            record.reason = record.reason ?? findings.first { $0.severity == .failure }?.title
        }
    }

    private func recordName(_ name: String) -> String { session.plan.recordName(of: name, step: run.number) }

    private mutating func add(_ result: SuiteResult, _ findings: [Finding], _ files: [String]) {
        unreported.remove(result.name)
        var findings = session.record(findings.withoutConsequences)
        findings += session.record([result.ownFailure(beside: findings)].compactMap { $0 })
        var verdict = CaseRecord.verdict(of: result.verdict, with: findings)
        // It runs in spite of its expunge, which says that it fails.
        let expunge = run.expunge(for: result.name)
        if expunge != nil, verdict == .fail { verdict = .known }
        let title = findings.first { $0.severity == .failure && $0.source != .step }?.title
        var record = CaseRecord(
            name: recordName(result.name), step: run.number, guest: session.directory.guest, verdict: verdict,
            reason: title ?? result.reason, seconds: result.seconds ?? 0, findings: findings,
            files: result.files + files, expunge: expunge)
        record.outcome = result.verdict
        session.progress.record(result.name, step: run.number)
        session.journal.add(record)
        session.record(result.subcases, step: run.number) { "\(record.name)/\($0)" }
        session.runner.report(.caseEnded(cell: session.id, record))
    }

    // MARK: The guest is of no more use

    /// Looks whether the running case still does something.
    private mutating func look() async throws -> SuiteRun.Ending? {
        pending += session.recorder.drain(all: false)
        if session.progress.elapsed(step: run.number) > run.step.timeout { return try await timeIsUp() }
        guard var running else { return nil }
        try await running.heartbeat.look(session.guest, console: session.recorder)
        self.running = running
        let complained = pending.contains { $0.severity == .failure && owner(of: $0) == running.name }
        let waited = running.heartbeat.starvation(session.guest)
        guard
            let reason = running.limit.verdict(
                elapsed: running.elapsed, waited: waited, idle: running.heartbeat.idle, hasComplained: complained)
        else { return nil }
        let starved = waited > 1 ? ", of which the host gave it no CPU for \(Int(waited)) s" : ""
        return try await lose { try await $0.hung("\(running.name) \(reason)\(starved)") }
    }

    /// The step's own time is over, whatever its cases' limits: the one that runs has not shown that it hangs.
    private mutating func timeIsUp() async throws -> SuiteRun.Ending {
        let reason = "the step's time of \(run.step.timeout) is over"
        if let running {
            pending += try await session.unmask(session.recorder.drain(all: true), run.shell)
            let findings = takeFindings(of: running.name)
            add(
                SuiteResult(
                    name: running.name, verdict: .error, reason: "it had not ended: \(reason)",
                    seconds: running.elapsed),
                findings, [])
        }
        return keepWords(.stopped(StepRun.Stop(reason: reason, shellAnswers: true)))
    }

    /// Records the case in which the guest was lost.
    private mutating func lose(
        _ judge: (Standstill) async throws -> Judgement
    ) async throws -> SuiteRun.Ending {
        // Between two cases the one before is the likelier cause: fstests checks the file systems then.
        let name = running?.name
        let subject = name ?? last ?? run.step.title
        let judgement = try await judge(
            Standstill(session: session, shell: run.shell, subject: subject, program: subject))
        pending += session.recorder.drain(all: true)
        if judgement.shellAnswers { pending = try await session.unmask(pending, run.shell) }
        let reason = judgement.reason ?? "the guest was lost"
        defer { pending = [] }
        guard let name else {
            return try loseBetween(judgement, reason)
        }
        // All that is left is this case's, but for what came before its mark.
        let findings = (takeFindings(of: name) + judgement.findings).withoutConsequences
        let losses = session.progress.lose(in: name)
        let isKernels = findings.contains { $0.severity == .failure }
        let killer = GuestEnding.Killer(record: recordName(name), name: name, suite: run.suite)
        let ending = SuiteRun.Ending.goOn(
            reason: "\(name): \(reason)", killer: killer, shellAnswers: judgement.shellAnswers)
        if !isKernels && losses < CellProgress.mostLosses {
            // Our side broke under it: it gets another guest, and the record says so.
            session.progress.retry(recordName(name), because: reason)
            let evidence = judgement.files.isEmpty ? "" : " (\(judgement.files.joined(separator: ", ")))"
            session.journal.note("\(name) was tried again: \(reason)\(evidence)")
            return keepWords(ending)
        }
        let title = findings.first { $0.severity == .failure && $0.source == .console }?.title
        add(
            SuiteResult(
                name: name, verdict: judgement.verdict,
                reason: [title, reason].compactMap { $0 }.joined(separator: "; "), seconds: running?.elapsed),
            findings, judgement.files)
        return keepWords(ending)
    }

    /// The guest was lost while no case ran.
    private mutating func loseBetween(_ judgement: Judgement, _ reason: String) throws -> SuiteRun.Ending {
        let findings = (pending + judgement.findings).withoutConsequences
        if let last {
            amend(last, with: findings)
            session.journal.amend(recordName(last)) { $0.files += judgement.files }
            _ = session.progress.lose(in: last)
        } else {
            session.journal.add(
                CaseRecord(
                    name: run.step.title, step: run.number, guest: session.directory.guest,
                    verdict: CaseRecord.verdict(of: judgement.verdict, with: findings), reason: reason, seconds: 0,
                    findings: session.record(findings), files: judgement.files, outcome: judgement.verdict))
        }
        let killer = last.map { GuestEnding.Killer(record: recordName($0), name: $0, suite: run.suite) }
        return keepWords(.goOn(reason: reason, killer: killer, shellAnswers: judgement.shellAnswers))
    }

    /// The suite itself broke. What remains is tried in a fresh guest, as long
    /// as cases come to an end between two such failures.
    private mutating func broke(_ error: any Error) async throws -> SuiteRun.Ending {
        pending += try await session.unmask(session.recorder.drain(all: true), run.shell)
        if let name = running?.name {
            let findings = takeFindings(of: name)
            add(SuiteResult(name: name, verdict: .error, reason: "\(error)", seconds: running?.elapsed), findings, [])
        } else {
            let findings = session.record(pending.withoutConsequences)
            let title = findings.first { $0.severity == .failure }?.title
            session.journal.add(
                CaseRecord(
                    name: run.step.title, step: run.number, guest: session.directory.guest,
                    verdict: CaseRecord.verdict(of: .error, with: findings),
                    reason: [title, "\(error)"].compactMap { $0 }.joined(separator: "; "), seconds: 0,
                    findings: findings, outcome: .error))
        }
        pending = []
        return keepWords(.goOn(reason: "\(run.step.title): \(error)", killer: nil, shellAnswers: true))
    }

    /// Takes up what the suite says besides its results, up to a limit, and says so there.
    private mutating func say(_ text: String) {
        guard words.utf8.count < Self.mostWords else { return }
        words += text + "\n"
        if words.utf8.count >= Self.mostWords { words += "[vmharness: cut here, there was more]\n" }
    }

    /// Keeps what the suite said besides its results.
    private func keepWords(_ ending: SuiteRun.Ending) -> SuiteRun.Ending {
        if !words.isEmpty {
            _ = session.keep(Array(words.utf8), as: "step-\(run.number)-\(run.step.action.kind.rawValue).txt")
        }
        return ending
    }
}
