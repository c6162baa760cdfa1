import Foundation
import GuestImage
import HostProcess
import Machine
import RemoteShell
import RunRecord
import Steps
import SystemPackage
import TestPlan

/// A cell's time with its running guest: boot, steps, and what is left to read.
struct GuestSession: Sendable {
    let runner: CellRunner
    let running: RunningGuest
    let journal: CellJournal
    let progress: CellProgress
    let shard: Shard
    /// Where this guest leaves its files.
    let directory: EvidenceDirectory
    let load: HostLoad

    /// The boot of a guest that takes another's place, among what may be tried twice.
    private static let bootTry = "boot of a further guest"

    var plan: TestPlan { runner.plan }
    var guest: Guest { running.guest }
    var recorder: ConsoleRecorder { running.recorder }
    var logs: GuestLogs { running.logs }
    var shares: [String: FilePath] { running.shares }
    var id: String { runner.cell.id }

    /// - Throws: `CancellationError`; `Failure` of our side.
    func run() async throws -> GuestEnding {
        // The cell's environment is that of its first guest; the others are made alike.
        journal.update { $0.environment = $0.environment ?? environment() }
        journal.guestStarts(directory.guest, running.start.record, note: running.start.note)
        _ = keep(Array((guest.command.description + "\n").utf8), as: "qemu-command.txt")
        if let xml = guest.domainXML { _ = keep(Array(xml.utf8), as: "domain.xml") }
        defer { journal.update { finishEnvironment(&$0) } }
        do {
            return try await running.withShell(limit: runner.options.bootLimit) { go in
                let boot = try await race(limit: runner.options.bootLimit) {
                    try await recorder.waitForLine(containing: InitMarks.ready, after: go)
                }
                if case .finished = boot, recorder.initFailure == nil { return nil }
                let ending = try await recordFailedBoot(boot)
                try await hold(nil)
                return ending
            } _: { shell in
                let seconds = (ContinuousClock.now - guest.started) / .seconds(1)
                journal.guestUp(directory.guest, seconds: seconds)
                runner.report(.guestUp(cell: id, seconds: seconds))
                return try await inside(shell)
            }
        } catch {
            try Task.checkCancellation()
            // A guest that broke takes its session along: what it said comes first.
            let findings = record(recorder.drain(all: true) + troubleFindings(guest.trouble))
            journal.add(
                CaseRecord(
                    name: "ssh", guest: directory.guest,
                    verdict: CaseRecord.verdict(of: .error, with: findings), reason: "\(error)", seconds: 0,
                    findings: findings, outcome: .error))
            return .finished(stopped: "\(error)")
        }
    }

    private func inside(_ shell: RemoteShell) async throws -> GuestEnding {
        let buildID = try? await shell.run("cat /sys/kernel/notes", timeout: .seconds(20)).output
        if let text = buildID.flatMap({ BuildID(notes: $0) })?.text {
            journal.update { $0.environment?.kernel.buildID = text }
        }
        // What the kernel complained of before any step is nobody's but the boot's.
        let early = record(try await unmask(recorder.drain(all: false), shell))
        if !early.isEmpty {
            journal.add(
                CaseRecord(
                    name: "boot", guest: directory.guest, verdict: CaseRecord.verdict(of: .pass, with: early),
                    reason: early.first { $0.severity == .failure }?.title,
                    seconds: (ContinuousClock.now - guest.started) / .seconds(1), findings: early, outcome: .pass))
        }
        try await watchMutation(shell, begins: true)
        let built = runner.prepared.built.mapValues(\.files)
        let readOnly = Set(plan.guest.virtiofs.filter(\.readOnly).map(\.tag))
        let context = StepContext(
            shell: shell, directory: directory.cell, shares: shares, readOnlyShares: readOnly,
            pmem: guest.specification.places, golden: Set(plan.guest.pmem.filter { $0.contents != nil }.map(\.name)),
            built: built
        ) {
            [kernel = runner.prepared.kernel] name in
            guard let path = kernel.modulePath(name) else {
                throw Failure("the kernel has no such module", on: name, advice: "")
            }
            return try await ModuleFile.decompressed(path, limit: 256 << 20)
        }
        var stopped = try await lackOfIOMMU(shell)
        var ending = GuestEnding.finished(stopped: nil)
        steps: for (index, step) in plan.steps.enumerated() {
            let number = index + 1
            if let stopped {
                if step.isCase, Steps.suite(of: step) == nil, shard.isFirst {
                    journal.add(
                        CaseRecord(
                            name: step.title, step: number, verdict: .skip, reason: "not run: \(stopped.reason)",
                            seconds: 0))
                }
                continue
            }
            guard isWanted(step, number) else { continue }
            if let reason = runner.prepared.absent[number] {
                recordAbsent(step, number, reason)
                continue
            }
            runner.report(.stepStarted(cell: id, name: step.title))
            if let suite = suite(of: step) {
                let end = try await SuiteRun(
                    session: self, shell: shell, context: context, number: number, step: step, suite: suite
                ).run()
                switch end {
                case .done: break
                case .stopped(let stop): stopped = stop
                case .goOn(let reason, let killer, let shellAnswers):
                    stopped = StepRun.Stop(reason: reason, shellAnswers: shellAnswers)
                    ending = .goOn(reason: reason, killer: killer)
                    if shellAnswers { try await watchMutation(shell) }
                    break steps
                }
            } else {
                stopped = try await StepRun(
                    session: self, shell: shell, context: context, number: number, step: step
                ).run()
            }
            if stopped?.shellAnswers ?? true { try await watchMutation(shell) }
        }
        if stopped?.shellAnswers ?? true, guest.trouble.isEmpty { try await readKernelMessages(shell) }
        if stopped == nil { recordLateFindings() }
        readDaemonLogs()
        try await hold(shell)
        if case .finished = ending { return .finished(stopped: stopped?.reason) }
        return ending
    }

    /// Records a suite that there is nothing of: once for all guests of the cell.
    private func recordAbsent(_ step: PlanStep, _ number: Int, _ reason: String) {
        guard shard.isFirst, !journal.record.cases.contains(where: { $0.step == number }) else { return }
        journal.add(CaseRecord(name: step.title, step: number, verdict: .skip, reason: reason, seconds: 0))
    }

    /// What a guest does that takes another's place, or runs a part of the cases: it sets up, and goes on with suites.
    private func isWanted(_ step: PlanStep, _ number: Int) -> Bool {
        if !step.isCase { return true }
        if Steps.suite(of: step) != nil { return true }
        return shard.isFirst && !journal.record.cases.contains { $0.step == number }
    }

    /// True if cases are to be run after a step that would suffer from what it left in the guest.
    func hasStepsAfter(_ number: Int) -> Bool {
        plan.steps.enumerated().contains { index, step in
            index >= number && step.isCase && runner.prepared.absent[index + 1] == nil && isWanted(step, index + 1)
        }
    }

    /// Records what became of the guest after its last step: a kernel that
    /// panics a moment later has not passed.
    private func recordLateFindings() {
        let findings = (recorder.drain(all: true) + troubleFindings(guest.trouble)).withoutConsequences
        guard !findings.isEmpty else { return }
        journal.add(
            CaseRecord(
                name: "end", guest: directory.guest, verdict: CaseRecord.verdict(of: .pass, with: record(findings)),
                reason: findings.first { $0.severity != .notice }?.title, seconds: 0, findings: findings))
    }

    /// Runs an operation until it ends, the guest is in trouble, or time is up.
    func race<Value: Sendable>(
        limit: Duration, _ operation: @Sendable @escaping () async throws -> Value
    ) async throws -> Race<Value> {
        try await withThrowingTaskGroup(of: Race<Value>.self) { group in
            group.addTask { .finished(try await operation()) }
            group.addTask { .trouble(try await guest.waitForTrouble()) }
            group.addTask {
                try await Task.sleep(for: limit)
                return .timeUp
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    /// Keeps a file of evidence in the cell's directory. One that cannot be
    /// kept is noted in the record, not fatal.
    ///
    /// - Returns: the file's name; nothing if it was not kept.
    func keep(_ bytes: [UInt8], as file: String) -> [String] {
        do {
            try Data(bytes).write(to: URL(filePath: directory.path(file).string))
            return [directory.name(file)]
        } catch {
            journal.note("\(file) was not kept: \(error.localizedDescription)")
            return []
        }
    }

    /// Tells of findings as they are recorded.
    func record(_ findings: [Finding]) -> [Finding] {
        for finding in findings { runner.report(.found(cell: id, finding)) }
        return findings
    }

    /// A guest that takes another's place and does not come up, without a word
    /// against the kernel, is followed by one more.
    private func recordFailedBoot(_ boot: Race<Void>) async throws -> GuestEnding {
        var reason = "the guest did not come up within \(runner.options.bootLimit)"
        var verdict = Verdict.error
        var files: [String] = []
        var findings: [Finding] = []
        if let said = recorder.initFailure {
            reason = "the guest's init gave up: \(said)"
        } else if case .trouble(let trouble) = boot {
            reason = trouble.cause?.description ?? "the guest is gone"
        } else {
            runner.report(.climbing(cell: id, reason: reason))
            let evidence = try await ladder(nil).climb()
            files = evidence.files
            // A kernel that spoke and then stood still is its own fault, unless
            // the host gave it no time to go on.
            if recorder.count > 0 && evidence.starvation < Standstill.starved {
                findings.append(
                    Finding(source: .ladder, severity: .failure, kind: "hang", title: "hang during boot"))
                verdict = .fail
            }
        }
        let spoken = recorder.drain(all: true)
        if let title = spoken.first(where: { $0.severity == .failure })?.title { reason = "\(title); \(reason)" }
        findings = record((spoken + findings + troubleFindings(guest.trouble)).withoutConsequences)
        let isKernels = findings.contains { $0.severity == .failure }
        if directory.guest > 1, !isKernels, progress.firstTry(of: Self.bootTry) == nil {
            progress.retry(Self.bootTry, because: reason)
            journal.note("guest \(directory.guest) did not come up, another was started: \(reason)")
            return .goOn(reason: reason, killer: nil)
        }
        journal.add(
            CaseRecord(
                name: "boot", guest: directory.guest, verdict: CaseRecord.verdict(of: verdict, with: findings),
                reason: reason, seconds: (ContinuousClock.now - guest.started) / .seconds(1), findings: findings,
                files: files, outcome: verdict))
        return .finished(stopped: reason)
    }

    func ladder(_ shell: RemoteShell?) -> HangLadder {
        HangLadder(
            guest: guest, shell: shell, console: recorder, directory: directory,
            dumpsMemory: runner.options.dumpsMemory)
    }

    /// The guest's kernel log; nil if it cannot be had.
    ///
    /// - Throws: `CancellationError`.
    private func kernelMessages(_ shell: RemoteShell) async throws -> KernelMessages? {
        guard let result = try? await shell.run("dmesg --raw", outputLimit: 16 << 20, timeout: .seconds(30)),
            result.status == 0
        else {
            try Task.checkCancellation()
            journal.note("the guest's kernel log could not be read: the console alone tells")
            return nil
        }
        _ = keep(result.output, as: "kmsg.log")
        return KernelMessages(result.output, file: directory.name("kmsg.log"))
    }

    /// Takes the weight from findings that user space wrote to the kernel log.
    ///
    /// - Throws: `CancellationError`.
    func unmask(_ findings: [Finding], _ shell: RemoteShell) async throws -> [Finding] {
        guard findings.contains(where: { $0.source == .console && $0.severity == .failure }) else { return findings }
        return try await kernelMessages(shell)?.unmasking(findings) ?? findings
    }

    /// Records what `/dev/kmsg` has and the console has not: lines lost to a
    /// busy serial port, or below the console's level.
    private func readKernelMessages(_ shell: RemoteShell) async throws {
        guard let messages = try await kernelMessages(shell) else { return }
        // Another guest may have said the same at the same second of its life.
        let own = journal.record.cases.filter { $0.guest == directory.guest }.flatMap(\.findings)
        let extra = record(messages.additional(beyond: own))
        if !extra.isEmpty {
            journal.add(
                CaseRecord(
                    name: "kmsg", guest: directory.guest, verdict: CaseRecord.verdict(of: .pass, with: extra),
                    reason: extra.first { $0.severity == .failure }?.title, seconds: 0, findings: extra))
        }
    }

    /// Records what the daemons complained of while they lived.
    private func readDaemonLogs() {
        let complaints = plan.guest.virtiofs.compactMap { share -> Finding? in
            guard let log = logs.virtiofsd[share.tag], log.written > 0,
                let text = try? String(contentsOfFile: log.path.string, encoding: .utf8)
            else { return nil }
            // The C daemon is told to say nothing but complaints; the one in Rust marks them.
            let isRust = guest.specification.shares.first { $0.tag == share.tag }?.daemon.implementation == .rust
            let lines = text.split(whereSeparator: \.isNewline).filter { line in
                !isRust || line.contains("ERROR") || line.contains("panicked at")
            }
            guard !lines.isEmpty else { return nil }
            return Finding(
                source: .virtiofsd, severity: .notice, kind: "daemon-log",
                title: "virtiofsd of '\(share.tag)' complained", detail: lines.prefix(5).map(String.init))
        }
        guard !complaints.isEmpty else { return }
        journal.add(
            CaseRecord(
                name: "virtiofsd", guest: directory.guest, verdict: .pass, seconds: 0, findings: record(complaints)))
    }

    /// Records results that a step or a case reported of its own, such as a module that prints KTAP.
    ///
    /// - Parameters:
    ///   - files: what the results were taken from.
    ///   - name: makes the record's name of a result's.
    func record(_ cases: [StepCase], step: Int, files: [String] = [], name: (String) -> String = { $0 }) {
        for result in cases {
            var findings: [Finding] = []
            if result.verdict == .fail {
                findings = record([
                    Finding(
                        source: .step, severity: .failure, kind: "test-failed", title: "not ok: \(result.name)",
                        detail: result.evidence)
                ])
            }
            journal.add(
                CaseRecord(
                    name: name(result.name), step: step, guest: directory.guest, verdict: result.verdict,
                    reason: result.reason, seconds: 0, findings: findings, files: files))
        }
    }

    private func hold(_ shell: RemoteShell?) async throws {
        // A guest is not kept for what happened in another.
        let own = journal.record.cases.filter { $0.guest == directory.guest }
        guard let wait = runner.options.keepFailed,
            Verdict.over(own.map(\.verdict)).exitStatus != 0
        else { return }
        let command =
            shell.map { Command("ssh", $0.interactiveArguments).description }
            ?? "no SSH; QEMU's pid is \(guest.pid)"
        runner.report(.kept(cell: id, command: command))
        try await wait()
    }
}

/// Which of several came first.
enum Race<Value: Sendable>: Sendable {
    /// The operation ended.
    case finished(Value)
    /// The guest is in trouble.
    case trouble([Guest.Trouble])
    /// The limit is over.
    case timeUp
}
