import HostProcess
import SystemPackage
import Testing

@testable import GuestImage

struct ModuleFileTests {
    private static let content = [UInt8](repeating: 0x5A, count: 300_000)

    @Test(arguments: [
        ("ko", []), ("ko.xz", ["xz", "--check=crc32"]), ("ko.zst", ["zstd", "-q"]), ("ko.gz", ["gzip"]),
    ])
    func everyFormatIsUnpacked(suffix: String, program: [String]) async throws {
        try await withScratchDirectory { directory in
            let path = directory.appending("dummy.\(suffix)")
            var bytes = Self.content
            if let name = program.first {
                bytes = try await Command(name, program.dropFirst() + ["-c"]).check(input: bytes).output
            }
            try writeFile(path, bytes)
            #expect(try await ModuleFile.decompressed(path, limit: Self.content.count) == Self.content)
            // A small file may unpack to anything.
            await #expect(throws: Failure.self) {
                try await ModuleFile.decompressed(path, limit: Self.content.count - 1)
            }
        }
    }

    @Test func aBrokenFileIsAFailureThatNamesIt() async throws {
        try await withScratchDirectory { directory in
            let path = directory.appending("dummy.ko.xz")
            try writeFile(path, Array("not xz".utf8))
            let failure = await #expect(throws: Failure.self) { try await ModuleFile.decompressed(path, limit: 1000) }
            #expect(failure?.subject.contains("dummy.ko.xz") == true)
        }
    }
}
