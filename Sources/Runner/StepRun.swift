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

    private var standstill: Standstill {
        Standstill(session: session, shell: shell, subject: step.title, program: step.program)
    }

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
        case .trouble(let trouble): judgement = try await standstill.down(trouble)
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
        // What a program says beside its results tells why they are what they are, those that are ok too.
        let output = judgement.cases.isEmpty ? [] : keepOutput(judgement.output)
        session.record(judgement.cases, step: number, files: output)
        // Where a step reports results of its own, its passing alone is none.
        let speaks = step.isCase && judgement.cases.isEmpty
        if speaks || verdict != .pass || !findings.isEmpty {
            var record = CaseRecord(
                name: step.title, step: number, guest: session.directory.guest, verdict: verdict,
                reason: judgement.reason ?? findings.first { $0.severity == .failure }?.title,
                seconds: (ContinuousClock.now - began) / .seconds(1), findings: findings,
                files: (output.isEmpty ? keepOutput(judgement.output) : output) + judgement.files)
            record.outcome = judgement.verdict
            session.journal.add(record)
        } else if case .pmem = step.action {
            // By what it came about is of interest even where nothing went wrong.
            _ = keepOutput(judgement.output)
        }
        // A set-up step that did not work leaves nothing to test.
        guard judgement.stops || (verdict != .pass && !step.isCase) else { return nil }
        return Stop(
            reason: "\(step.title): \(judgement.reason ?? "failed")", shellAnswers: judgement.shellAnswers)
    }

    /// Why a plan cannot go on.
    struct Stop: Sendable {
        var reason: String
        /// The guest can still be asked something.
        var shellAnswers: Bool
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
            return try await standstill.lost(reason)
        }
    }

    private func hung(after limit: Duration) async throws -> Judgement {
        try await standstill.hung("\(step.title) did not end within \(limit)")
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
        case .pmem: "ndctl"
        case .moduleBuild, .userspaceBuild, .modulePad, .pmemSave, .pmemRestore, .fstests, .kselftest, .suite: nil
        }
    }
}
