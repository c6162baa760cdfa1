import HostProcess
import RemoteShell
import TestPlan

/// `run`: a command of the plan's own, with the exit status it must have.
func runCommand(
    _ command: GuestCommand, status: Int, _ timeout: Duration, in context: StepContext
) async throws -> StepResult {
    let script =
        switch command {
        case .arguments(let words): "\(announcement); exec \(GuestWord.quoted(words))"
        case .shell(let text): "\(announcement); exec sh -c \(GuestWord.quoted(text))"
        }
    let result = try await context.shell.run(script, timeout: timeout)
    let said = result.transcript
    guard result.status == status else {
        return StepResult(
            .failed(reason: "status \(result.status), expected \(status)", evidence: lastLines(said)), output: said)
    }
    return StepResult(.passed, output: said)
}
