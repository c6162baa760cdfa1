import Foundation
import HostProcess
import Machine
import RemoteShell
import RunRecord
import Steps
import SystemPackage
import TestPlan

/// One step in a running guest, with the console watched meanwhile.
struct StepRun: Sendable {
    let session: GuestSession
    let shell: RemoteShell
    let context: StepContext
    /// From 1, in the plan's order.
    let number: Int
    let step: PlanStep

    /// The share of its time that a vCPU may wait for a host CPU before its
    /// standstill is put down to the host.
    static let starved = 0.8

    /// Carries the step out and records it.
    ///
    /// - Returns: why the plan cannot go on; nil if it can.
    /// - Throws: `CancellationError`.
    func run() async throws -> Stop? {
        let began = ContinuousClock.now
        try await mark("begins")
        let race = try await session.race(limit: step.timeout + .seconds(60)) {
            try await perform(step, in: context)
        }
        var judgement: Judgement
        switch race {
        case .finished(let result): judgement = try await judge(result)
        case .trouble(let trouble): judgement = try await judge(trouble)
        case .timeUp: judgement = try await hung(after: step.timeout)
        }
        if judgement.guestAnswers { try await mark("ended") }
        var spoken = session.recorder.drain(all: true)
        if judgement.guestAnswers { spoken = try await session.unmask(spoken, shell) }
        if let title = spoken.first(where: { $0.severity == .failure })?.title, judgement.stops {
            judgement.reason = [title, judgement.reason].compactMap { $0 }.joined(separator: "; ")
        }
        judgement.findings = (spoken + judgement.findings).withoutConsequences
        let findings = session.record(judgement.findings)
        let verdict = CaseRecord.verdict(of: judgement.verdict, with: findings)
        recordCases(judgement.cases)
        // Where a step reports results of its own, its passing alone is none.
        let speaks = step.isCase && judgement.cases.isEmpty
        if speaks || verdict != .pass || !findings.isEmpty {
            session.journal.add(
                CaseRecord(
                    name: step.title, verdict: verdict,
                    reason: judgement.reason ?? findings.first { $0.severity == .failure }?.title,
                    seconds: (ContinuousClock.now - began) / .seconds(1), findings: findings,
                    files: keepOutput(judgement.output) + judgement.files))
        }
        // A set-up step that did not work leaves nothing to test.
        guard judgement.stops || (verdict != .pass && !step.isCase) else { return nil }
        return Stop(
            reason: "\(step.title): \(judgement.reason ?? "failed")", shellAnswers: judgement.shellAnswers)
    }

    /// The results that the step reported, such as those of a module that prints KTAP.
    private func recordCases(_ cases: [StepCase]) {
        for result in cases {
            var findings: [Finding] = []
            if result.verdict == .fail {
                findings = session.record([
                    Finding(
                        source: .step, severity: .failure, kind: "test-failed", title: "not ok: \(result.name)",
                        detail: result.evidence)
                ])
            }
            session.journal.add(
                CaseRecord(
                    name: result.name, verdict: result.verdict, reason: result.reason, seconds: 0, findings: findings))
        }
    }

    /// Why a plan cannot go on.
    struct Stop: Sendable {
        var reason: String
        /// The guest can still be asked something.
        var shellAnswers: Bool
    }

    /// What is thought of a step before the console's findings are added.
    private struct Judgement {
        var verdict: Verdict
        var reason: String?
        var findings: [Finding] = []
        var output = ""
        var cases: [StepCase] = []
        var files: [String] = []
        /// The guest cannot be used any more.
        var stops = false
        /// The guest is well: it makes sense to wait for the console's mark.
        var guestAnswers = false
        /// Something is stuck in the guest, but its shell answers.
        var shellAnswers = false
    }

    private func judge(_ result: StepResult) async throws -> Judgement {
        switch result.outcome {
        case .passed:
            return Judgement(verdict: .pass, output: result.output, cases: result.cases, guestAnswers: true)
        case .failed(let reason, let evidence):
            let finding = Finding(
                source: .step, severity: .failure, kind: "step-failed", title: "\(step.title): \(reason)",
                detail: evidence)
            return Judgement(
                verdict: .fail, reason: reason, findings: [finding], output: result.output, guestAnswers: true)
        case .broken(let reason):
            return Judgement(verdict: .error, reason: reason, output: result.output, guestAnswers: true)
        case .hung(let limit):
            return try await hung(after: limit)
        case .lost(let reason):
            // The session may have gone because the guest did.
            let trouble = try await withTimeout(.seconds(3)) { try await session.guest.waitForTrouble() }
            if let trouble { return try await judge(trouble) }
            return try await lost(reason)
        }
    }

    /// The guest, QEMU or a daemon went down under the step.
    private func judge(_ trouble: [Guest.Trouble]) async throws -> Judgement {
        let reason = trouble.cause?.description ?? "the guest is gone"
        session.runner.report(.climbing(cell: session.id, reason: reason))
        // A panicking kernel may still be printing.
        try await session.recorder.waitForQuiet(.milliseconds(500), limit: .seconds(10))
        let evidence = try await session.ladder(nil).climbFromOutside()
        return Judgement(
            verdict: .error, reason: reason, findings: session.troubleFindings(trouble), files: evidence.files,
            stops: true)
    }

    /// The SSH session is gone. A kernel that still answers the keyboard is
    /// not hung: somebody ended our ssh, or the guest's sshd.
    private func lost(_ reason: String) async throws -> Judgement {
        let reason = "the SSH session was lost" + (reason.isEmpty ? "" : ": \(reason)")
        session.runner.report(.climbing(cell: session.id, reason: reason))
        let evidence = try await session.ladder(nil).climb()
        let finding =
            evidence.consoleAnswers
            ? Finding(
                source: .ladder, severity: .trouble, kind: "ssh-lost", title: "the SSH session was lost",
                detail: [reason, "the kernel still answers on the console: ssh or sshd was ended, by the plan perhaps"])
            : hang(evidence, reason)
        return Judgement(
            verdict: finding.severity == .failure ? .fail : .error, reason: reason, findings: [finding],
            files: evidence.files, stops: true)
    }

    private func hung(after limit: Duration) async throws -> Judgement {
        let reason = "\(step.title) did not end within \(limit)"
        // Nothing hangs where the step's process has ended: ssh waits for its output to be closed.
        let look = try? await shell.run("test -d /proc/$(cat \(stepProcessFile))", timeout: .seconds(10))
        try Task.checkCancellation()
        if look?.status == 1 {
            return Judgement(
                verdict: .error,
                reason: "the command ended, but something it started keeps its output open: redirect that",
                guestAnswers: true)
        }
        session.runner.report(.climbing(cell: session.id, reason: reason))
        let evidence = try await session.ladder(shell).climb()
        let finding = hang(evidence, reason)
        return Judgement(
            verdict: finding.severity == .failure ? .fail : .error, reason: reason, findings: [finding],
            files: evidence.files, stops: true, shellAnswers: evidence.shellAnswers)
    }

    /// The hang as a finding: where the step's task is stuck, or that the host starved the guest.
    private func hang(_ evidence: HangLadder.Evidence, _ reason: String) -> Finding {
        if !evidence.shellAnswers && evidence.starvation >= Self.starved {
            return Finding(
                source: .ladder, severity: .trouble, kind: "host-overloaded",
                title: "the host gave the guest no time",
                detail: [reason, "a vCPU waited for a host CPU \(Int(evidence.starvation * 100)) % of the time"])
        }
        let task = evidence.tasks.first
        let function = task?.blamed
        // A task in FUSE waits for virtiofsd. Whether that still works is the
        // difference between the guest's fault and the daemon's.
        let waitsForDaemon = task?.isInFUSE == true && evidence.daemons.values.contains(where: \.isStalled)
        let daemons = evidence.daemons.sorted { $0.key < $1.key }.map { "virtiofsd of '\($0.key)': \($0.value)" }
        return Finding(
            source: .ladder, severity: waitsForDaemon ? .trouble : .failure,
            kind: waitsForDaemon ? "daemon-stalled" : "hang",
            title: "hang in \(function ?? step.program ?? step.title)", function: function, pid: task?.pid,
            comm: task?.comm, stack: task?.stack ?? [],
            place: evidence.stackFile.map { Finding.Place(file: $0, line: 1, endLine: 1, byte: 0, endByte: 0) },
            detail: [reason] + (task.map { ["\($0.comm) (pid \($0.pid)) is in state \($0.state)"] } ?? []) + daemons)
    }

    /// Writes a line to the guest's kernel log and waits until it has come out
    /// of the console: what stands before it on the console was said before it.
    private func mark(_ moment: String) async throws {
        let line = "vmharness: step \(number) (\(step.action.kind.rawValue)) \(moment)"
        let seen: Void? = try await withTimeout(.seconds(10)) {
            try await session.recorder.waitForLine(containing: line) {
                let script = "echo '<5>\(line)' >/dev/kmsg"
                _ = try? await shell.run(script, timeout: .seconds(8))
            }
        }
        if seen == nil {
            session.journal.note(
                "a mark of step \(number) did not come out of the console: findings may stand at a neighbour")
        }
    }

    private func keepOutput(_ output: String) -> [String] {
        guard !output.isEmpty else { return [] }
        let name = "step-\(number)-\(step.action.kind.rawValue).txt"
        return session.keep(Array(output.utf8), as: name)
    }
}

extension PlanStep {
    /// True for a step that tests something; the others set up.
    var isCase: Bool {
        if isSetup { return false }
        return switch action {
        case .moduleInsert, .moduleRemove, .moduleCycle, .run, .unmount, .fstests, .kselftest, .suite: true
        case .moduleBuild, .userspaceBuild, .modulePad, .mkfs, .mount, .mountDisk: false
        }
    }

    /// The name of its case.
    var title: String {
        if case .run(_, _, let name?) = action { return name }
        return name ?? action.kind.rawValue
    }

    /// The program that is stuck in the guest when it hangs.
    var program: String? {
        switch action {
        case .moduleInsert(.path, _, _): "insmod"
        case .moduleInsert(.name, _, _): "modprobe"
        case .moduleRemove: "rmmod"
        case .moduleCycle: "sh"
        case .mkfs(_, let type, _): "mkfs.\(type)"
        case .mount, .mountDisk: "mount"
        case .unmount: "umount"
        case .run(.arguments(let words), _, _): words.first.map { String($0.split(separator: "/").last ?? "") }
        case .run(.shell, _, _): "sh"
        case .moduleBuild, .userspaceBuild, .modulePad, .fstests, .kselftest, .suite: nil
        }
    }
}
