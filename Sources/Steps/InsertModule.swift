import HostProcess
import RemoteShell
import TestPlan

/// `module.insert`: a file by insmod, a name by modprobe with what it needs.
func insertModule(
    _ source: ModuleSource, parameters: [String], _ timeout: Duration, in context: StepContext
) async throws -> StepResult {
    let words =
        switch source {
        case .path(let path): ["insmod", path] + parameters
        case .name(let name): ["modprobe", "--", name] + parameters
        }
    // `exec` keeps the process id, so that the ladder looks at insmod itself.
    let script = "\(announcement); exec \(GuestWord.quoted(words))"
    let result = try await context.shell.run(script, timeout: timeout)
    let said = result.transcript
    guard result.status == 0 else {
        // insmod's own text is often only an errno; the kernel's line says why.
        let kernel = try? await context.shell.run("dmesg --notime | tail -n 3", timeout: .seconds(20))
        let evidence = lastLines(said) + lastLines(kernel?.text ?? "", 3).map { "kernel: \($0)" }
        return StepResult(
            .failed(reason: "cannot insert \(source): \(lastLines(said, 1).first ?? "")", evidence: evidence),
            output: said)
    }
    return StepResult(.passed, output: said)
}

/// `module.remove`: by name; a module that stays in use is a failure.
func removeModule(_ name: String, _ timeout: Duration, in context: StepContext) async throws -> StepResult {
    let script = "\(announcement); exec rmmod \(GuestWord.quoted(name))"
    let result = try await context.shell.run(script, timeout: timeout)
    let said = result.transcript
    guard result.status == 0 else {
        return StepResult(
            .failed(reason: "cannot remove \(name): \(lastLines(said, 1).first ?? "")", evidence: lastLines(said)),
            output: said)
    }
    return StepResult(.passed, output: said)
}
