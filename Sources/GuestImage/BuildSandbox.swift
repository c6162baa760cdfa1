import HostProcess
import SystemPackage

/// Where a plan's own code is compiled: a read-only root without network, in
/// which only the directory of the build can be written. A plan's Makefile runs
/// whatever it likes, so it runs there (bwrap(1)).
struct BuildSandbox {
    /// The root directory; nil for the host's own.
    var root: FilePath?
    /// Directories of the host and where they are seen, read-only.
    var mounts: [(from: FilePath, at: String)] = []
    /// The directory of the build on the host.
    var work: FilePath

    /// Where the build's directory is seen.
    static let place = FilePath("/build")

    /// The command that runs a program in the sandbox.
    func command(_ program: String, _ arguments: [String]) -> Command {
        let place = root == nil ? work.string : Self.place.string
        var words = [
            // objtool looks at /proc, and a build may not outlive us.
            "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", (root ?? "/").string, "/",
        ]
        for mount in mounts { words += ["--ro-bind", mount.from.string, mount.at] }
        words += ["--proc", "/proc", "--dev", "/dev"]
        // The host's /tmp may hold the build's own directory.
        if root != nil { words += ["--tmpfs", "/tmp"] }
        words += [
            "--bind", work.string, place, "--chdir", place, "--clearenv",
            "--setenv", "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "--setenv", "LC_ALL", "C.UTF-8", "--setenv", "TMPDIR", place,
            // The same source gives the same module.
            "--setenv", "KBUILD_BUILD_TIMESTAMP", "2025-01-01", "--setenv", "KBUILD_BUILD_USER", "vmharness",
            "--setenv", "KBUILD_BUILD_HOST", "vmharness", "--", program,
        ]
        return Command("bwrap", words + arguments)
    }
}
