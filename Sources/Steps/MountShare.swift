import HostProcess
import RemoteShell

/// `mount`: a virtiofs share, checked. A mount that failed leaves the test on
/// the root filesystem, where it passes, so what is mounted is read back.
func mount(
    _ tag: String, at directory: String, options: [String], readOnly: Bool, _ timeout: Duration, in context: StepContext
) async throws -> StepResult {
    let all = options + (readOnly || context.readOnlyShares.contains(tag) ? ["ro"] : [])
    let place = GuestWord.quoted(directory)
    let option = all.isEmpty ? "" : "-o \(GuestWord.quoted(all.joined(separator: ","))) "
    let script = """
        mkdir -p \(place) || exit
        \(announcement)
        modprobe -q virtiofs
        mount -t virtiofs \(option)\(GuestWord.quoted(tag)) \(place) || exit
        findmnt -n -M \(place) -o SOURCE,FSTYPE,OPTIONS
        """
    let result = try await context.shell.run(script, timeout: timeout)
    let said = result.transcript
    guard result.status == 0 else {
        return StepResult(
            .broken(reason: "cannot mount virtiofs '\(tag)' at \(directory): \(lastLines(said, 1).first ?? "")"),
            output: said)
    }
    let mounted = result.text.split(separator: " ", omittingEmptySubsequences: true)
    guard mounted.count >= 2, mounted[0] == tag, mounted[1] == "virtiofs" else {
        return StepResult(.broken(reason: "\(directory) is not the share '\(tag)' after the mount"), output: said)
    }
    return StepResult(.passed, output: said)
}

/// `unmount`: the end of a mount; a mount that stays busy is a failure, since
/// that is how a stuck filesystem shows.
func unmount(_ directory: String, _ timeout: Duration, in context: StepContext) async throws -> StepResult {
    let script = "\(announcement); exec umount \(GuestWord.quoted(directory))"
    let result = try await context.shell.run(script, timeout: timeout)
    let said = result.transcript
    guard result.status == 0 else {
        return StepResult(
            .failed(reason: "cannot unmount \(directory)", evidence: lastLines(said)), output: said)
    }
    return StepResult(.passed, output: said)
}
