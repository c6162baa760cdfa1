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
        \(mountReport(of: place))
        """
    let result = try await context.shell.run(script, timeout: timeout)
    guard result.status == 0 else {
        let reason = try await mountTrouble(result, in: context)
        return StepResult(
            .broken(reason: "cannot mount virtiofs '\(tag)' at \(directory): \(reason)"), output: result.transcript)
    }
    let report = MountReport(result.text)
    let output = result.errorText + (report.line ?? result.text)
    guard let mounted = report.mount, mounted.source == tag, mounted.type == "virtiofs" else {
        return StepResult(.broken(reason: "\(directory) is not the share '\(tag)' after the mount"), output: output)
    }
    if let trouble = optionTrouble(mounted, asked: all, at: directory) {
        return StepResult(.broken(reason: trouble), output: output)
    }
    return StepResult(.passed, output: output)
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
