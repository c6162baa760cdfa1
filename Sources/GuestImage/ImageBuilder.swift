import Foundation
import HostProcess
import SystemPackage

/// Makes a root image: mmdebstrap, our init files, `mke2fs -d`. Nothing is
/// mounted on the host, and nothing of it outlives us.
struct ImageBuilder {
    /// Raised when images are made otherwise, so that old ones are made again.
    static let format = 4
    /// For mmdebstrap and mke2fs, which cut times at it
    /// (reproducible-builds.org, SOURCE_DATE_EPOCH): 2025-01-01. mke2fs does so
    /// with a file's times from 1.47.1 on only, so equal content does not yet
    /// give equal bytes on Debian 12.
    private static let time = 1_735_689_600

    let definition: ImageDefinition
    let files: GuestInitFiles
    let recipe: String
    let archive: AptArchive
    let progress: @Sendable (String) -> Void

    /// Makes the entry's files.
    ///
    /// - Returns: the digest of what went in.
    func build(in entry: FilePath) async throws -> String {
        let root = entry.appending("root")
        progress("building the image \(definition.name): \(definition.packages.joined(separator: " "))")
        try await Bootstrap(
            suite: definition.suite, packages: definition.packages, purpose: "image \(definition.name)", time: Self.time
        ).make(root, scratch: entry)
        let packages = try await Bootstrap.installedPackages(root)
        try await configure(root)
        try takeOut("busybox", from: root.appending("usr/bin/busybox"), into: entry)
        try writeFile(entry.appending(GuestInitFiles.initramfs), files.content(GuestInitFiles.initramfs), mode: 0o755)
        progress("writing the image \(definition.name)")
        try await FilesystemImage(
            label: "root", uuid: "726f6f74-0000-4d00-8000-766d6861726e", size: definition.size, time: Self.time
        )
        .make(from: root, at: entry.appending("root.img"))
        try await removeTree(root)
        try RootImageManifest(name: definition.name, recipe: recipe, packages: packages).write(to: entry)
        return try await Digest.of("image \(recipe)\n" + packages.joined(separator: "\n"))
    }

    private func configure(_ root: FilePath) async throws {
        try files.install(into: root)
        for user in definition.users {
            // It looks into the root's own passwd and needs nothing of it to run. It refuses a
            // name that begins with a digit unless told; shadow 4.8 writes `--badnames`, later
            // ones `--badname`, and all take an unambiguous beginning of an option.
            try await Command(
                "useradd", ["--root", root.string, "--badname", "-m", "-U", "-s", "/bin/bash", user]
            )
            .check(timeout: .seconds(60), advice: "is the name taken by a package?")
        }
        // mmdebstrap leaves the host's in there, and its own configuration of apt.
        for file in [
            "etc/resolv.conf", "etc/apt/apt.conf.d/99mmdebstrap", "etc/apt/sources.list",
            "etc/apt/sources.list.d/0000debian.sources", "etc/machine-id",
            // Made by OpenSSH's package, where an image has it; a guest has a key of its own and no other.
            "etc/ssh/ssh_host_ed25519_key", "etc/ssh/ssh_host_ecdsa_key", "etc/ssh/ssh_host_rsa_key",
            "etc/ssh/ssh_host_ed25519_key.pub", "etc/ssh/ssh_host_ecdsa_key.pub", "etc/ssh/ssh_host_rsa_key.pub",
        ] {
            try? FileManager.default.removeItem(atPath: root.appending(file).string)
        }
        guard FileManager.default.fileExists(atPath: root.appending("usr/sbin/dropbear").string) else {
            throw Failure(
                "the image has no SSH server", on: definition.name, advice: "its packages must hold dropbear-bin",
                blame: .request)
        }
        // dropbear looks for its host key there, and has no option for another place when it reads it late.
        try? FileManager.default.removeItem(atPath: root.appending("etc/dropbear").string)
        guard symlink("/run/vmharness", root.appending("etc/dropbear").string) == 0 else {
            throw Failure("cannot make a link: \(systemError())", on: root.string, advice: "check the free space")
        }
        try writeFile(root.appending("etc/machine-id"), [])
        try writeFile(root.appending("etc/hostname"), Array("guest\n".utf8))
        try writeFile(root.appending("etc/hosts"), Array("127.0.0.1 localhost\n127.0.1.1 guest\n".utf8))
        try writeFile(root.appending("etc/fstab"), [])
        try configureSystemd(root)
    }

    /// For guests with `init: systemd`: our SSH server instead of Debian's, nothing
    /// that waits for a network or writes into the image.
    private func configureSystemd(_ root: FilePath) throws {
        let units = root.appending("etc/systemd/system")
        try makeDirectories(units.appending("multi-user.target.wants"))
        func link(_ name: String, to target: String) throws {
            let path = units.appending(name)
            try? FileManager.default.removeItem(atPath: path.string)
            guard symlink(target, path.string) == 0 else {
                throw Failure("cannot make a link: \(systemError())", on: path.string, advice: "check the free space")
            }
        }
        try link("multi-user.target.wants/vmharness-ssh.service", to: "../vmharness-ssh.service")
        try link("default.target", to: "/usr/lib/systemd/system/multi-user.target")
        let unwanted = [
            "ssh.service", "ssh.socket", "sshd.service", "systemd-firstboot.service",
            "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer",
            // The console is the kernel's: no login prompt between its lines.
            "getty.target", "serial-getty@.service",
        ]
        for unit in unwanted { try link(unit, to: "/dev/null") }
        // It looks for a vsock device and complains on the console without one.
        try makeDirectories(root.appending("etc/systemd/system-generators"))
        try link("../system-generators/systemd-ssh-generator", to: "/dev/null")
    }

    private func takeOut(_ name: String, from source: FilePath, into entry: FilePath) throws {
        guard let bytes = try? BoundedRead.bytes(of: source, limit: 16 << 20) else {
            throw Failure(
                "the image has no \(name)", on: definition.name, advice: "its packages must hold busybox-static",
                blame: .request)
        }
        try writeFile(entry.appending(name), bytes, mode: 0o755)
    }
}
