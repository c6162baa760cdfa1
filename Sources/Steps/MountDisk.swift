import HostProcess
import RemoteShell

/// `mount` of a disk, checked: that this device is mounted there, as this type, with the options asked for.
func mountDisk(
    _ disk: String, type: String, at directory: String, options: [String], readOnly: Bool, _ timeout: Duration,
    in context: StepContext
) async throws -> StepResult {
    let asked = options + (readOnly ? ["ro"] : [])
    let option = asked.isEmpty ? "" : "-o \(GuestWord.quoted(asked.joined(separator: ","))) "
    let place = GuestWord.quoted(directory)
    let script = """
        disk=$(readlink -f \(GuestWord.quoted(devicePath(ofDisk: disk))))
        [ -b "$disk" ] || { echo 'the guest has no such disk' >&2; exit 1; }
        mkdir -p \(place) || exit
        \(announcement)
        mount -t \(GuestWord.quoted(type)) \(option)"$disk" \(place) || exit
        \(mountReport(of: place))
        echo "@disk $disk"
        sed 's/^/@option /' "/proc/fs/ext4/${disk##*/}/options" 2>/dev/null
        \(DirectAccess.isWanted(asked) ? DirectAccess.probe(at: place) : "")
        :
        """
    let result = try await context.shell.run(script, timeout: timeout)
    guard result.status == 0 else {
        let reason = try await mountTrouble(result, in: context)
        return StepResult(
            .broken(reason: "cannot mount \(type) of '\(disk)' at \(directory): \(reason)"), output: result.transcript)
    }
    let report = MountReport(result.text)
    let output = result.errorText + (report.line ?? result.text)
    // btrfs shows the name by which it first heard of the device.
    guard let mounted = report.mount, [report.disk, devicePath(ofDisk: disk)].contains(mounted.source) else {
        return StepResult(.broken(reason: "\(directory) is not the disk '\(disk)' after the mount"), output: output)
    }
    guard mounted.type == type else {
        return StepResult(
            .broken(reason: "'\(disk)' is mounted as \(mounted.type) at \(directory), not as \(type)"), output: output)
    }
    if let trouble = optionTrouble(mounted, further: report.options, asked: asked, at: directory) {
        return StepResult(.broken(reason: trouble), output: output)
    }
    if DirectAccess.isWanted(asked), DirectAccess(result.text)?.isInForce == false {
        return StepResult(
            .broken(reason: "\(directory) shows DAX, but its files have none (statx has no STATX_ATTR_DAX)"),
            output: output)
    }
    return StepResult(.passed, output: output)
}

/// Where the guest has the disk of a name.
func devicePath(ofDisk name: String) -> String { "/dev/vmharness/\(name)" }

/// What of the options asked for did not take, in a sentence; nil if all did.
func optionTrouble(_ mounted: MountTable.Entry, further: [String] = [], asked: [String], at directory: String)
    -> String?
{
    let options = MountOptions(mounted, further: further)
    let absent = options.absent(of: asked)
    guard absent.isEmpty else {
        let inForce = mounted.options + mounted.superOptions.filter { !mounted.options.contains($0) }
        return "\(directory) is mounted, but '\(absent.joined(separator: ","))' did not take "
            + "(in force: \(inForce.joined(separator: ",")))"
    }
    guard options.isReadOnly, !asked.contains("ro") else { return nil }
    return "\(directory) is mounted read-only, which was not asked for"
}

/// Why mount(8) failed: its own words, and the kernel's, which are on the console alone.
func mountTrouble(_ result: CommandResult, in context: StepContext) async throws -> String {
    let words = lastLines(result.errorText)
    // It ends with advice to look into dmesg.
    let own = words.last { $0.hasPrefix("mount: ") } ?? words.last ?? "status \(result.status)"
    let lines = try await KernelLines.read(in: context).lines
    // ext4 goes on to blame the device (ext4_check_superblock_dax of fs/ext4/super.c).
    if lines.contains(where: { $0.contains("unsupported blocksize for DAX") }) {
        return "its blocks are not as large as a page, which DAX wants: give mkfs the options [-b, \"4096\"]"
    }
    let kernel = lines.last
    return own + (kernel.map { " (kernel: \"\($0)\")" } ?? "")
}

/// The end of a script that has mounted something: tells what is mounted, and where that place really is.
func mountReport(of quotedPlace: String) -> String {
    """
    echo "@place $(realpath \(quotedPlace))"
    cat /proc/self/mountinfo
    """
}

/// What ``mountReport(of:)`` printed.
struct MountReport {
    /// What is mounted at the place.
    let mount: MountTable.Entry?
    /// The device that should be.
    let disk: String?
    /// Options that the file system shows elsewhere.
    let options: [String]
    /// The mount's own line, for the evidence.
    let line: String?

    init(_ text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        func values(_ key: String) -> [String] {
            lines.filter { $0.hasPrefix(key) }.map { String($0.dropFirst(key.count)) }
        }
        let table = MountTable(text)
        mount = values("@place ").first.flatMap(table.mount)
        disk = values("@disk ").first
        options = values("@option ")
        line = lines.last { [mount] in mount != nil && MountTable(String($0)).entries.first == mount }.map { $0 + "\n" }
    }
}
