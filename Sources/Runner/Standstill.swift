import HostProcess
import Machine
import RemoteShell
import RunRecord
import Steps

/// Judges a guest that does not go on: it went down, its session is lost, or
/// something in it hangs. Gathers the evidence of the ladder on the way.
struct Standstill: Sendable {
    let session: GuestSession
    let shell: RemoteShell
    /// What stands still: a step's or a case's name.
    let subject: String
    /// The program that is stuck, where it is known.
    let program: String?

    /// The share of its time that a vCPU may wait for a host CPU before its
    /// standstill is put down to the host.
    static let starved = 0.8

    /// The guest, QEMU or a daemon went down.
    ///
    /// - Throws: `CancellationError`.
    func down(_ trouble: [Guest.Trouble]) async throws -> Judgement {
        let reason = trouble.cause?.description ?? "the guest is gone"
        session.runner.report(.climbing(cell: session.id, reason: reason))
        // A panicking kernel may still be printing.
        try await session.recorder.waitForQuiet(.milliseconds(500), limit: .seconds(10))
        let evidence = try await session.ladder(nil).climbFromOutside()
        return Judgement(
            verdict: .error, reason: reason, findings: session.troubleFindings(trouble), files: evidence.files,
            stops: true)
    }

    /// The SSH session is gone. It may have gone because the guest did. A
    /// kernel that still answers the keyboard is not hung: somebody ended our
    /// ssh, or the guest's SSH server.
    ///
    /// - Throws: `CancellationError`.
    func lost(_ reason: String) async throws -> Judgement {
        let trouble = try await withTimeout(.seconds(3)) { try await session.guest.waitForTrouble() }
        if let trouble { return try await down(trouble) }
        let reason = "the SSH session was lost" + (reason.isEmpty ? "" : ": \(reason)")
        session.runner.report(.climbing(cell: session.id, reason: reason))
        let evidence = try await session.ladder(nil).climb()
        let finding =
            evidence.consoleAnswers
            ? Finding(
                source: .ladder, severity: .trouble, kind: "ssh-lost", title: "the SSH session was lost",
                detail: [
                    reason,
                    "the kernel still answers on the console: ssh or the guest's SSH server was ended, by the plan perhaps",
                ])
            : hang(evidence, reason)
        return Judgement(
            verdict: finding.severity == .failure ? .fail : .error, reason: reason, findings: [finding],
            files: evidence.files, stops: true)
    }

    /// It did not end.
    ///
    /// - Parameter reason: says what did not end within which limit.
    /// - Throws: `CancellationError`.
    func hung(_ reason: String) async throws -> Judgement {
        // Nothing hangs where the step's process has ended: the SSH server still passes on what its children say.
        let look = try? await shell.run("test -d /proc/$(cat \(stepProcessFile))", timeout: .seconds(10))
        try Task.checkCancellation()
        if look?.status == 1 {
            return Judgement(
                verdict: .error,
                reason: "the command ended, but something it started goes on saying things: redirect that",
                guestAnswers: true)
        }
        session.runner.report(.climbing(cell: session.id, reason: reason))
        let evidence = try await session.ladder(shell).climb()
        let finding = hang(evidence, reason)
        return Judgement(
            verdict: finding.severity == .failure ? .fail : .error, reason: reason, findings: [finding],
            files: evidence.files, stops: true, shellAnswers: evidence.shellAnswers)
    }

    /// The host as what kept the guest from going on.
    static func overload(_ evidence: HangLadder.Evidence, _ reason: String) -> Finding {
        Finding(
            source: .ladder, severity: .trouble, kind: "host-overloaded", title: "the host gave the guest no time",
            detail: [reason, "a vCPU waited for a host CPU \(Int(evidence.starvation * 100)) % of the time"])
    }

    /// The hang as a finding: where the stuck task is, or that the host starved the guest.
    private func hang(_ evidence: HangLadder.Evidence, _ reason: String) -> Finding {
        if !evidence.shellAnswers && evidence.starvation >= Self.starved {
            return Self.overload(evidence, reason)
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
            title: "hang in \(function ?? program ?? subject)", function: function, pid: task?.pid,
            comm: task?.comm, stack: task?.stack ?? [],
            place: evidence.stackFile.map { Finding.Place(file: $0, line: 1, endLine: 1, byte: 0, endByte: 0) },
            detail: [reason] + (task.map { ["\($0.comm) (pid \($0.pid)) is in state \($0.state)"] } ?? []) + daemons)
    }
}
