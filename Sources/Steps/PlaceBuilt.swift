import Foundation
import HostProcess
import RemoteShell
import SystemPackage
import TestPlan

/// `module.build` and `userspace.build`: what was built on the host before any
/// guest was started, copied into a directory of the guest.
func placeBuilt(_ action: StepAction, at directory: String, _ timeout: Duration, in context: StepContext)
    async throws -> StepResult
{
    guard let files = context.built[action] else {
        return StepResult(.broken(reason: "nothing was built for this step"))
    }
    var said = ""
    for file in files {
        let place = "\(directory)/\(file.lastComponent?.string ?? "")"
        let bytes = try Data(contentsOf: URL(filePath: file.string))
        let script = """
            mkdir -p \(GuestWord.quoted(directory)) && cat >\(GuestWord.quoted(place)) \
            && chmod 755 \(GuestWord.quoted(place)) && stat -c %s \(GuestWord.quoted(place))
            """
        let result = try await context.shell.run(script, input: Array(bytes), timeout: timeout)
        // What a full disk cut short would fail later, in other words.
        guard result.status == 0, result.text.split(separator: "\n").first.map(String.init) == "\(bytes.count)" else {
            return StepResult(
                .broken(reason: "cannot write \(place) in the guest: \(lastLines(result.errorText, 1).first ?? "")"),
                output: said)
        }
        said += "\(place): \(bytes.count) bytes\n"
    }
    return StepResult(.passed, output: said)
}
