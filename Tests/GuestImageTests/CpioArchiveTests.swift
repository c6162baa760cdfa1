import Foundation
import HostProcess
import SystemPackage
import Testing

@testable import GuestImage

/// The archives, read by the program that everybody has: GNU cpio.
struct CpioArchiveTests {
    private func archive(_ files: [GuestFile]) -> [UInt8] {
        var archive = CpioArchive()
        for file in files { archive.add(file) }
        archive.finish()
        return archive.bytes
    }

    private func list(_ bytes: [UInt8]) async throws -> [String] {
        try await Command("cpio", ["--quiet", "-t"]).check(input: bytes).text.split(separator: "\n").map(String.init)
    }

    @Test func cpioListsFilesAndTheirDirectoriesOnce() async throws {
        let names = try await list(
            archive([
                GuestFile(path: "identity/authorized_keys", mode: 0o600, text: "key\n"),
                GuestFile(path: "identity/hostname", text: "guest\n"),
                GuestFile(path: "a/b/c", text: ""),
            ]))
        #expect(names == ["identity", "identity/authorized_keys", "identity/hostname", "a", "a/b", "a/b/c"])
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 511, 512, 513, 70_000])
    func cpioUnpacksWhatWasPut(size: Int) async throws {
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        // Names of all lengths modulo 4, since name and content are padded apart.
        let files = (1...4).map { GuestFile(path: String(repeating: "n", count: $0), mode: 0o640, bytes: content) }
        try await withScratchDirectory { directory in
            try await Command("cpio", ["--quiet", "-i"], workingDirectory: directory).check(input: archive(files))
            for file in files {
                let path = directory.appending(file.path)
                #expect(try BoundedRead.bytes(of: path, limit: 1 << 20) == content)
                let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
                #expect(attributes[.posixPermissions] as? Int == 0o640)
            }
        }
    }

    @Test func aLinkKeepsItsTarget() async throws {
        var archive = CpioArchive()
        archive.addLink("bin/sh", to: "busybox")
        archive.finish()
        try await withScratchDirectory { directory in
            try await Command("cpio", ["--quiet", "-i"], workingDirectory: directory).check(input: archive.bytes)
            let target = try FileManager.default.destinationOfSymbolicLink(
                atPath: directory.appending("bin/sh").string)
            #expect(target == "busybox")
        }
    }

    @Test func equalContentGivesEqualBytes() {
        let files = [GuestFile(path: "x/y", text: "z")]
        #expect(archive(files) == archive(files))
    }

    @Test func aGuestsFilesFollowTheBase() async throws {
        try await withScratchDirectory { directory in
            let base = archive([GuestFile(path: "init", mode: 0o755, text: "#!/bin/sh\n")])
            try writeFile(directory.appending("base"), base)
            let target = directory.appending("initrd")
            try Initramfs.write(
                base: directory.appending("base"), files: [GuestFile(path: "identity/hostname", text: "a")],
                to: target)
            let both = try BoundedRead.bytes(of: target, limit: 1 << 20)
            #expect(both.starts(with: base))
            #expect(try await list(Array(both.dropFirst(base.count))) == ["identity", "identity/hostname"])
            // It holds a private key.
            let attributes = try FileManager.default.attributesOfItem(atPath: target.string)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test(arguments: ["../etc/passwd", "/etc/passwd", "a//b", "a/./b", ""])
    func aPathOutOfTheArchiveIsRefused(path: String) async throws {
        try await withScratchDirectory { directory in
            try writeFile(directory.appending("base"), [])
            #expect(throws: Failure.self) {
                try Initramfs.write(
                    base: directory.appending("base"), files: [GuestFile(path: path, text: "")],
                    to: directory.appending("initrd"))
            }
        }
    }
}
