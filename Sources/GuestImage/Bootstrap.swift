import Foundation
import HostProcess
import SystemPackage

/// A root directory made by mmdebstrap from a suite and packages, below a
/// directory of the cache. Nothing of the work outlives us.
struct Bootstrap {
    /// The suite, such as `trixie`.
    var suite: String
    /// Packages on top of the essential ones.
    var packages: [String]
    /// What it is for, in messages: `image base`.
    var purpose: String
    /// Cuts the files' times (reproducible-builds.org, SOURCE_DATE_EPOCH).
    var time: Int

    /// Makes the directory `root`.
    ///
    /// - Parameter scratch: for temporary files, on the file system of `root`.
    /// - Throws: `Failure` if we are not root, or mmdebstrap fails.
    func make(_ root: FilePath, scratch: FilePath) async throws {
        guard getuid() == 0 else {
            throw Failure(
                "the \(purpose) can only be built by root: its files have owners", on: suite,
                advice: "run the same command as root", blame: .request)
        }
        let sources = scratch.appending("debian.sources")
        let mirrors = try await AptMirrors.ofThisMachine()
        let text = mirrors.sources(releases: [suite], keyring: AptArchive.keyring, backports: false)
        try writeFile(sources, Array(text.utf8))
        var arguments = [
            // All of it lives in namespaces of its own: when `unshare` dies, with
            // us or by SIGKILL, every process in it does, and its mounts go too.
            "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--propagation", "private", "--",
            "mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory",
            "--include=\(packages.joined(separator: ","))",
            "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
            "--dpkgopt=path-exclude=/usr/share/locale/*", "--dpkgopt=path-exclude=/usr/share/info/*",
            "--aptopt=APT::Sandbox::User \"root\"", "--aptopt=Acquire::Languages \"none\"",
        ]
        arguments += try await Self.proxies().map { "--aptopt=\($0)" }
        arguments += [suite, root.string, sources.string]
        try await Command(
            "unshare", arguments,
            environment: ["TMPDIR": scratch.string, "SOURCE_DATE_EPOCH": String(time), "LC_ALL": "C.UTF-8"]
        )
        .check(
            timeout: .seconds(3600),
            advice: "check the network and the packages' names; trixie needs debian-archive-keyring 2023.3+deb12u2")
    }

    /// `NAME VERSION` of the packages in a root, sorted.
    static func installedPackages(_ root: FilePath) async throws -> [String] {
        let result = try await Command(
            "dpkg-query", ["--admindir", root.appending("var/lib/dpkg").string, "-W", "-f", "${Package} ${Version}\n"]
        )
        .check(timeout: .seconds(60))
        return result.text.split(separator: "\n").map(String.init).sorted()
    }

    /// The machine's proxies for apt, as lines of apt.conf: mmdebstrap does not read its configuration.
    private static func proxies() async throws -> [String] {
        let result = try await Command("apt-config", ["dump", "--format", "%F \"%v\";%n", "Acquire"])
            .check(timeout: .seconds(60))
        return result.text.split(separator: "\n").map(String.init).filter { line in
            let key = line.prefix { $0 != " " }.lowercased()
            return key.hasSuffix("::proxy") && !line.hasSuffix("\"\";")
        }
    }
}
