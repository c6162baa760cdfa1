import Foundation
import HostProcess
import SystemPackage
import Testing

@testable import GuestImage

/// Images of trees that users built.
struct TreeImageTests {
    /// A small tree, a cache, and room for archives.
    private func withTree(_ body: (_ tree: FilePath, _ images: TreeImage, _ room: FilePath) async throws -> Void)
        async throws
    {
        try await withScratchDirectory { scratch in
            let tree = scratch.appending("tree")
            try FileManager.default.createDirectory(
                atPath: tree.appending("src").string, withIntermediateDirectories: true)
            try "#!/bin/bash\n".write(toFile: tree.appending("check").string, atomically: false, encoding: .utf8)
            try "words\n".write(toFile: tree.appending("src/file").string, atomically: false, encoding: .utf8)
            try await body(tree, TreeImage(cache: Cache(root: scratch.appending("cache"))), scratch)
        }
    }

    /// The content of a file in an ext4 image.
    private func read(_ name: String, of image: FilePath) async throws -> String {
        try await Command("debugfs", ["-R", "cat \(name)", image.string]).check().text
    }

    @Sendable private static func inspect(_ root: FilePath) throws -> TreeImage.Content {
        guard FileManager.default.fileExists(atPath: root.appending("check").string) else {
            throw Failure("no tree", on: root.string, advice: "", blame: .request)
        }
        return TreeImage.Content(root: root, files: [".needs": Array("libc\n".utf8)])
    }

    @Test("a directory becomes an image, once as long as its content is the same")
    func directory() async throws {
        try await withTree { tree, images, _ in
            let image = try await images.image(of: tree, purpose: "test", inspect: Self.inspect)
            #expect(try await read("/src/file", of: image) == "words\n")
            #expect(try await read("/.needs", of: image) == "libc\n")
            #expect(try await images.image(of: tree, purpose: "test", inspect: Self.inspect) == image)
            try "others\n".write(toFile: tree.appending("src/file").string, atomically: false, encoding: .utf8)
            let other = try await images.image(of: tree, purpose: "test", inspect: Self.inspect)
            #expect(other != image)
            #expect(try await read("/src/file", of: other) == "others\n")
            // What the tree was before is left over, until it is that again.
            let contents = CacheContents(images.cache)
            #expect(try await contents.list().filter(\.isStale).map(\.directory) == [image.removingLastComponent()])
            try "words\n".write(toFile: tree.appending("src/file").string, atomically: false, encoding: .utf8)
            _ = try await images.image(of: tree, purpose: "test", inspect: Self.inspect)
            #expect(try await contents.removeStale().map(\.directory) == [other.removingLastComponent()])
        }
    }

    @Test("archives of every compression are read", arguments: ["tar", "tar.gz", "tar.xz", "tar.zst"])
    func archives(_ end: String) async throws {
        try await withTree { tree, images, room in
            let archive = room.appending("tree.\(end)")
            try await Command("tar", ["-c", "-a", "-f", archive.string, "-C", tree.string, "."]).check()
            let image = try await images.image(of: archive, purpose: "test", inspect: Self.inspect)
            #expect(try await read("/src/file", of: image) == "words\n")
        }
    }

    @Test("what is no tree, no archive, or not there is refused by name")
    func refusals() async throws {
        try await withTree { tree, images, room in
            for path in [tree.appending("src"), tree.appending("check"), room.appending("absent")] {
                let failure = try await #require(throws: Failure.self) {
                    try await images.image(of: path, purpose: "test", inspect: Self.inspect)
                }
                #expect(failure.blame == .request)
                #expect(failure.subject == path.string)
            }
        }
    }

    @Test("an archive that climbs out of its directory, or has device nodes, does no harm")
    func hostile() async throws {
        try await withTree { tree, images, room in
            // A name with `..`, as a hostile tar has it.
            let climbing = room.appending("climbing.tar")
            try await Command(
                "tar",
                [
                    "-c", "-P", "-f", climbing.string, "--transform", "s,src/file,../../../escaped,", "-C", tree.string,
                    "check", "src/file",
                ]
            ).check()
            _ = try? await images.image(of: climbing, purpose: "test", inspect: Self.inspect)
            let found = try await Command("find", [room.string, "-name", "escaped*"]).check().text
            #expect(found.split(separator: "\n").allSatisfy { $0.contains("/root/") })
            let pipes = room.appending("pipes.tar")
            try await Command("mkfifo", [tree.appending("pipe").string]).check()
            try await Command("tar", ["-c", "-f", pipes.string, "-C", tree.string, "."]).check()
            let failure = try await #require(throws: Failure.self) {
                try await images.image(of: pipes, purpose: "test", inspect: Self.inspect)
            }
            #expect(failure.what.contains("device nodes"))
        }
    }

    /// Two files of GNU tar's sparse format, which take no room in the archive and together more than 63 bits.
    @Test("an archive of endless sparse files is refused")
    func endless() async throws {
        try await withTree { _, images, room in
            let archive = room.appending("sparse.tar")
            let bytes = Self.sparseHeader("a") + Self.sparseHeader("b") + [UInt8](repeating: 0, count: 1024)
            try Data(bytes).write(to: URL(filePath: archive.string))
            let failure = try await #require(throws: Failure.self) {
                try await images.image(of: archive, purpose: "test", inspect: Self.inspect)
            }
            #expect(failure.what.contains("more than"))
            #expect(failure.blame == .request)
        }
    }

    /// GNU tar's `struct oldgnu_header` (tar.h) of a file of 2^62 bytes, all of them a hole.
    private static func sparseHeader(_ name: String) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { header[offset + index] = byte }
        }
        put(name.utf8, at: 0)
        put("0000644".utf8, at: 100)
        for offset in [108, 116] { put("0000000".utf8, at: offset) }
        for offset in [124, 136] { put("00000000000".utf8, at: offset) }
        put("S".utf8, at: 156)
        put("ustar  ".utf8, at: 257)
        put([0x80, 0, 0, 0, 0x40], at: 483)
        put("        ".utf8, at: 148)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put((String(repeating: "0", count: 6 - sum.count) + sum + "\0 ").utf8, at: 148)
        return header
    }
}
