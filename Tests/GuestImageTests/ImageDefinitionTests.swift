import HostProcess
import SystemPackage
import TestPlan
import Testing

@testable import GuestImage

struct ImageDefinitionTests {
    private func read(_ name: String, files: [String: String]) async throws -> ImageDefinition {
        try await withScratchDirectory { directory in
            for (file, text) in files { try writeFile(directory.appending("\(file).yaml"), Array(text.utf8)) }
            return try ImageDefinition.read(name, in: directory)
        }
    }

    @Test func anImageHasWhatItExtends() async throws {
        let image = try await read(
            "fstests",
            files: [
                "base": "suite: trixie\npackages: [kmod, procps]\n",
                "fstests": "extends: base\nsize: 8GiB\npackages: [xfsprogs, kmod]\nusers: [fsgqa, 123456-fsgqa]\n",
            ])
        #expect(image.suite == "trixie")
        #expect(image.size == 8 << 30)
        #expect(image.packages == ["kmod", "procps", "xfsprogs"])
        #expect(image.users == ["fsgqa", "123456-fsgqa"])
    }

    @Test(arguments: [
        ("packages: [kmod]", "has no 'suite'"),
        ("suite: wheezy", "wheezy"),
        ("suite: trixie\npackages: ['--download-only']", "--download-only"),
        ("suite: trixie\npackages: ['a,b']", "a,b"),
        ("suite: trixie\nusers: ['root:x']", "root:x"),
        ("suite: trixie\nusers: ['123456']", "'123456' cannot be the name of a user"),
        ("suite: trixie\nusers: [abcdefghijklmnopqrstuvwxyz-012345]", "cannot be the name of a user"),
        ("suite: trixie\nusers: ['-D']", "'-D' cannot be one of users"),
        ("suite: trixie\npackges: [kmod]", "did you mean 'packages'"),
        ("suite: trixie\nsize: 1MiB", "size"),
        ("extends: wrong", "extends itself"),
        ("extends: nothing", "nothing"),
        ("[]", "mapping"),
    ])
    func whatIsWrongIsSaidWithItsPlace(text: String, part: String) async throws {
        let error = await #expect(throws: InvalidFile.self) { try await read("wrong", files: ["wrong": text]) }
        let diagnostic = try #require(error?.diagnostics.first)
        #expect(diagnostic.description.contains(part))
        #expect(diagnostic.location != nil)
    }

    @Test func twoThatExtendEachOtherAreRefused() async throws {
        await #expect(throws: InvalidFile.self) {
            try await read("a", files: ["a": "extends: b", "b": "extends: a"])
        }
    }

    @Test func anUnknownImageIsAnsweredWithThoseThatExist() async throws {
        let failure = await #expect(throws: Failure.self) { try await read("bse", files: ["base": "suite: trixie"]) }
        #expect(failure?.advice.contains("base") == true)
    }
}
