import HostProcess
import SystemPackage
import Testing

@testable import GuestImage

struct BootImageTests {
    /// A bzImage of 0x1400 bytes with a version text and a payload.
    private func image(banner: String, payload: [UInt8] = []) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 0x1400)
        bytes.replaceSubrange(0x202..<0x206, with: "HdrS".utf8)
        bytes[0x20E] = 0x00
        bytes[0x20F] = 0x02
        bytes.replaceSubrange(0x400..<0x400 + banner.utf8.count, with: banner.utf8)
        // One sector of set-up code, so the protected-mode part begins at 0x400; the payload at 0xc00.
        bytes[0x1F1] = 1
        bytes[0x249] = 0x08
        bytes[0x24C] = UInt8(payload.count & 0xFF)
        bytes[0x24D] = UInt8(payload.count >> 8)
        bytes.replaceSubrange(0xC00..<0xC00 + payload.count, with: payload)
        return bytes
    }

    private func withImage<Value>(_ bytes: [UInt8], _ body: (BootImage) async throws -> Value) async throws -> Value {
        try await withScratchDirectory { directory in
            try writeFile(directory.appending("vmlinuz"), bytes)
            return try await body(try BootImage(directory.appending("vmlinuz")))
        }
    }

    @Test("a Debian kernel without its package says which it is of")
    func debianVersion() {
        let banner =
            "6.1.0-56-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-08-30)"
        #expect(Kernel.debianVersion(in: banner) == "6.1.192-2")
        #expect(Kernel.debianVersion(in: "6.13.0 (me@here) #1 SMP PREEMPT_DYNAMIC Mon Jan 1 00:00:00 UTC 2026") == "")
    }

    /// An ELF file with one PT_NOTE segment.
    private func elf(noteType: UInt8) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 256)
        bytes.replaceSubrange(0..<4, with: [0x7F, 0x45, 0x4C, 0x46])
        bytes[32] = 64
        bytes[54] = 56
        bytes[56] = 1
        bytes[64] = 4
        bytes[64 + 8] = 128
        bytes[64 + 32] = 24
        bytes.replaceSubrange(
            128..<152, with: [4, 0, 0, 0, 8, 0, 0, 0, noteType, 0, 0, 0, 0x58, 0x65, 0x6E, 0, 0, 0, 0, 1, 0, 0, 0, 0])
        return bytes
    }

    @Test func theHeaderSaysReleaseAndBanner() async throws {
        let banner = "6.1.0-56-amd64 (debian-kernel@lists.debian.org) #1 SMP"
        try await withImage(image(banner: banner)) { image in
            #expect(image.banner == banner)
            #expect(image.release == "6.1.0-56-amd64")
        }
    }

    @Test(arguments: [["xz", "--check=crc32"], ["zstd", "-q"], ["gzip"]])
    func thePayloadIsUnpacked(program: [String]) async throws {
        let content = elf(noteType: 18)
        var payload = try await Command(program[0], Array(program.dropFirst()) + ["-c"]).check(input: content).output
        // As the kernel's build appends it; gzip has it by itself.
        if program[0] != "gzip" { payload += [0, 1, 0, 0] }
        let unpacked = try await withImage(image(banner: "6.1", payload: payload)) { try await $0.unpacked() }
        #expect(unpacked == content)
    }

    @Test func anImageWithoutTheNoteCannotBeBootedDirectly() async throws {
        let payload = try await Command("gzip", ["-c"]).check(input: elf(noteType: 17)).output
        let unpacked = try await withImage(image(banner: "6.1", payload: payload)) { try await $0.unpacked() }
        #expect(unpacked == nil)
    }

    @Test(arguments: [[], Array("#!/bin/sh\n".utf8), [UInt8](repeating: 0, count: 8192)])
    func otherFilesAreRefused(bytes: [UInt8]) async throws {
        await #expect(throws: Failure.self) { try await withImage(bytes) { _ in } }
    }

    @Test func numbersBeyondTheFileAreNotFollowed() async throws {
        var bytes = image(banner: "6.1")
        for offset in 0x248..<0x250 { bytes[offset] = 0xFF }
        let unpacked = try await withImage(bytes) { try await $0.unpacked() }
        #expect(unpacked == nil)
        var broken = elf(noteType: 18)
        for offset in 64..<128 where offset != 64 { broken[offset] = 0xFF }
        #expect(!BootImage.hasPVHNote(broken))
    }
}
