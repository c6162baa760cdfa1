import Foundation
import HostProcess
import SystemPackage
import TestPlan
import Testing

@testable import GuestImage

/// The repository's own `images/base.yaml`, built for real in the user's cache:
/// half a minute the first time, nothing later.
@Suite(
    .enabled("apt knows no Debian repository") { await hasMirror() },
    .enabled(if: getuid() == 0, "only root can build an image"))
struct ImageStoreTests {
    private static let directory = FilePath(
        URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().path
    )
    .removingLastComponent().removingLastComponent().removingLastComponent().appending("images")

    private static func base() async throws -> RootImage {
        try await ImageStore(cache: .standard(), definitions: directory).ensure("base")
    }

    @Test func theBaseImageIsWholeAndHasItsPackages() async throws {
        let image = try await Self.base()
        for package in ["dropbear-bin", "busybox-static", "kmod", "systemd"] {
            #expect(image.hasPackage(package), "\(package)")
        }
        try await Command("e2fsck", ["-fn", image.disk.string]).check(timeout: .seconds(300))
        // No address of this machine's network and no identity shared by all guests.
        for file in ["/etc/resolv.conf", "/etc/ssh/ssh_host_ed25519_key", "/etc/apt/sources.list"] {
            let said = try await Command("debugfs", ["-R", "stat \(file)", image.disk.string]).check()
            #expect((said.text + said.errorText).contains("File not found"), "\(file)")
        }
        #expect(try await Self.base() == image)
    }

    @Test(arguments: [
        ("init", "/usr/lib/vmharness/init", "0755"),
        ("network", "/usr/lib/vmharness/network", "0755"),
        ("announce", "/usr/lib/vmharness/announce", "0755"),
        ("vmharness-poweroff", "/usr/sbin/vmharness-poweroff", "0755"),
        ("ssh", "/usr/lib/vmharness/ssh", "0755"),
        ("template", "/usr/lib/vmharness/template", "0755"),
    ])
    func ourFilesAreInTheImage(file: String, path: String, mode: String) async throws {
        let image = try await Self.base()
        let content = try await Command("debugfs", ["-R", "cat \(path)", image.disk.string]).check().output
        let expected = try BoundedRead.bytes(of: Self.directory.appending("init/\(file)"), limit: 1 << 20)
        #expect(content == expected)
        let status = try await Command("debugfs", ["-R", "stat \(path)", image.disk.string]).check().text
        #expect(status.contains("Mode:  \(mode)"))
        #expect(status.contains("User:     0   Group:     0"))
    }

    @Test("The fstests image has its users, the one with a leading digit among them, each with a group and a home")
    func usersOfFstests() async throws {
        let image = try await ImageStore(cache: .standard(), definitions: Self.directory).ensure("fstests")
        func lines(_ file: String) async throws -> [[Substring]] {
            try await Command("debugfs", ["-R", "cat \(file)", image.disk.string]).check().text
                .split(separator: "\n").map { $0.split(separator: ":", omittingEmptySubsequences: false) }
        }
        let groups = try await lines("/etc/group")
        let users = try await lines("/etc/passwd")
        for name in ["fsgqa", "fsgqa2", "123456-fsgqa"] {
            let user = try #require(users.first { $0[0] == name }, "\(name)")
            #expect(groups.contains { $0[0] == name && $0[2] == user[3] }, "\(name)")
            let home = try await Command("debugfs", ["-R", "stat \(user[5])", image.disk.string]).check().text
            #expect(home.contains("Type: directory") && home.contains("User:  \(user[2])"), "\(name)")
        }
        // What a tree is linked with, and what `check` cannot start without.
        for package in ["libaio1t64", "libgdbm-compat4t64", "liburing2", "udev", "perl", "bc", "gfs2-utils"] {
            #expect(image.hasPackage(package), "\(package)")
        }
    }

    @Test func theInitramfsHasTheDriversAndTheirOrder() async throws {
        let image = try await Self.base()
        let kernel = try await KernelStore(cache: .standard()).resolve(try KernelName(parsing: "debian:6.1+cloud"))
        let base = try await Initramfs.ensure(kernel: kernel, image: image, cache: .standard())
        let bytes = try BoundedRead.bytes(of: base, limit: 64 << 20)
        let names = try await Command("cpio", ["--quiet", "-t"]).check(input: bytes).text.split(separator: "\n")
        for name in ["init", "bin/busybox", "bin/sh", "modules", "lib/virtio_blk.ko", "lib/virtio_net.ko"] {
            #expect(names.contains(Substring(name)), "\(name)")
        }
        try await withScratchDirectory { directory in
            try await Command("cpio", ["--quiet", "-i"], workingDirectory: directory).check(input: bytes)
            let list = try BoundedRead.text(of: directory.appending("modules"), limit: 1 << 16)
            for line in list.split(separator: "\n") where !line.hasPrefix("rescan") {
                let parts = line.split(separator: "|", omittingEmptySubsequences: false)
                #expect(parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty, "\(line)")
                for file in parts[1].split(separator: " ") { #expect(names.contains("lib/\(file)"), "\(file)") }
            }
            // It runs before anything is mounted, so it must not need a loader.
            let header = try BoundedRead.bytes(of: directory.appending("bin/busybox"), limit: 16 << 20)
            #expect(header.starts(with: [0x7F, 0x45, 0x4C, 0x46]))
            let kind = try await Command("readelf", ["-l", directory.appending("bin/busybox").string]).check().text
            #expect(!kind.contains("INTERP"))
        }
        #expect(!(try Initramfs.absentModules(of: base)).contains("virtio_net"))
    }
}

/// The scripts of `images/init`, as far as a shell can tell without a guest.
struct GuestInitScriptTests {
    @Test(arguments: ["initramfs-init", "init", "network", "announce", "vmharness-poweroff"])
    func aShellCanReadIt(script: String) async throws {
        let directory = FilePath(URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().path)
            .removingLastComponent().removingLastComponent().removingLastComponent().appending("images/init")
        try await Command("sh", ["-n", directory.appending(script).string]).check()
    }
}
