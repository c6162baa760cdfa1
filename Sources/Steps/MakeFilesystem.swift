import HostProcess
import RemoteShell

/// `mkfs`: a file system on a disk. What was on it goes first, so that no mkfs refuses a disk for what an earlier step
/// left there, and none waits for an answer.
func makeFilesystem(
    _ type: String, on disk: String, options: [String], _ timeout: Duration, in context: StepContext
) async throws -> StepResult {
    let program = "mkfs.\(type)"
    let device = GuestWord.quoted(devicePath(ofDisk: disk))
    let script = """
        # mkfs.btrfs tells the kernel the name, which the mount then has.
        disk=$(readlink -f \(device))
        [ -b "$disk" ] || { echo 'the guest has no such disk' >&2; exit 1; }
        command -v \(GuestWord.quoted(program)) >/dev/null || { echo '\(noProgram)' >&2; exit 1; }
        wipefs -q -a "$disk" || exit
        \(announcement)
        exec \(GuestWord.quoted([program] + options)) "$disk"
        """
    let yes = Array(String(repeating: "y\n", count: 8).utf8)
    let result = try await context.shell.run(script, input: yes, timeout: timeout)
    let said = result.transcript
    guard result.status == 0 else {
        var reason = lastLines(said, 1).first ?? "status \(result.status)"
        if reason == noProgram {
            let package = mkfsPackages[type].map { ", which Debian has in \($0)" } ?? ""
            reason = "the guest has no \(program)\(package): add it to the packages of the plan's image"
        }
        return StepResult(.broken(reason: "cannot make \(type) on '\(disk)': \(reason)"), output: said)
    }
    return StepResult(.passed, output: said)
}

private let noProgram = "there is no such mkfs"

/// The Debian packages that have `mkfs.TYPE`.
private let mkfsPackages = [
    "bcachefs": "bcachefs-tools", "btrfs": "btrfs-progs", "erofs": "erofs-utils", "exfat": "exfatprogs",
    "ext2": "e2fsprogs", "ext3": "e2fsprogs", "ext4": "e2fsprogs", "f2fs": "f2fs-tools", "fat": "dosfstools",
    "gfs2": "gfs2-utils", "jfs": "jfsutils", "minix": "util-linux-extra", "msdos": "dosfstools",
    "nilfs2": "nilfs-tools", "ntfs": "ntfs-3g", "ocfs2": "ocfs2-tools", "udf": "udftools", "vfat": "dosfstools",
    "xfs": "xfsprogs",
]
