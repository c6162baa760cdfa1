import HostProcess
import Machine
import RemoteShell
import RunRecord
import TestPlan

extension GuestSession {
    /// Looks whether the guest's kernel uses the IOMMU that the plan asks for: one that does not says so in a line of
    /// its log at most, and what the plan tests would then run without.
    ///
    /// - Returns: why the plan cannot go on; nil if it can.
    /// - Throws: `CancellationError`.
    func lackOfIOMMU(_ shell: RemoteShell) async throws -> StepRun.Stop? {
        guard let request = plan.guest.iommu else { return nil }
        // Remapped interrupts have chips of such names (kernel: arch/x86/kernel/apic/io_apic.c).
        let script = """
            for unit in /sys/class/iommu/*; do [ ! -e "$unit" ] || echo unit; done
            for group in /sys/kernel/iommu_groups/*; do [ ! -e "$group" ] || echo group; done
            ! grep -q IR-IO-APIC /proc/interrupts || echo remapped
            """
        let lack: String
        var judgement = Judgement(verdict: .error, shellAnswers: true)
        do {
            let seen = Set(try await shell.run(script, timeout: .seconds(60)).text.split(separator: "\n"))
            if !seen.contains("unit") {
                lack = "its kernel has none: /sys/class/iommu is empty"
            } else if !seen.contains("group") {
                lack = "no function is behind it: /sys/kernel/iommu_groups is empty"
            } else if request.interruptRemapping && !seen.contains("remapped") {
                lack = "interrupts are not remapped: /proc/interrupts has no IR-IO-APIC"
            } else {
                return nil
            }
        } catch {
            try Task.checkCancellation()
            // The kernel may have gone down meanwhile, or hang.
            let standstill = Standstill(session: self, shell: shell, subject: "the check of the IOMMU", program: nil)
            lack = "it could not be asked for it: \(error)"
            judgement =
                switch error {
                case is RemoteShell.TimedOut: try await standstill.hung(lack)
                case let error as RemoteShell.Lost: try await standstill.lost(error.description)
                default: Judgement(verdict: .error, findings: troubleFindings(guest.trouble))
                }
        }
        var reason = "the guest was to have an IOMMU (\(request.model.rawValue)), and \(lack)"
        var spoken = recorder.drain(all: true)
        if judgement.shellAnswers { spoken = try await unmask(spoken, shell) }
        let findings = record((spoken + judgement.findings).withoutConsequences)
        if let title = findings.first(where: { $0.severity == .failure })?.title { reason = "\(title); \(reason)" }
        journal.add(
            CaseRecord(
                name: "iommu", guest: directory.guest,
                verdict: CaseRecord.verdict(of: judgement.verdict, with: findings), reason: reason, seconds: 0,
                findings: findings, files: judgement.files))
        return StepRun.Stop(reason: reason, shellAnswers: judgement.shellAnswers)
    }
}
