import Foundation
import HostProcess
import SystemPackage
import Testing

@testable import GuestImage

struct CacheContentsTests {
    private let one = "0123456789abcdef01234567"
    private let two = "fedcba9876543210fedcba98"

    private func cache(in root: FilePath) async throws -> Cache {
        let cache = Cache(root: root)
        _ = try await cache.ensure(.toolchains, Toolchain.digest(of: "bookworm")) {
            try writeFile($0.appending("a"), [1])
        }
        _ = try await cache.ensure(.initramfs, one) {
            try writeFile($0.appending("initrd"), Array(repeating: 7, count: 70_000))
        }
        _ = try await cache.ensure(.builds, two) { entry in
            try BuildManifest(files: ["m.ko"], compiler: "gcc-12 12.2", warnings: [], purpose: "modules for 6.1 of p")
                .write(to: entry)
        }
        return cache
    }

    @Test func everyKindIsListedWithItsSizeAndWhatItIsFor() async throws {
        try await withScratchDirectory { root in
            let entries = try await CacheContents(cache(in: root)).list()
            #expect(entries.map(\.kind) == ["initramfs", "toolchains", "builds"])
            #expect(entries.map(\.isStale) == [true, false, false])
            #expect(entries[0].bytes >= 70_000)
            #expect(entries[1].what == "compiler of bookworm")
            #expect(entries[2].what == "modules for 6.1 of p: m.ko by gcc-12 12.2")
        }
    }

    /// Who compiles a kernel twenty times a day has twenty of it, and wants one.
    @Test func ofATreeCompiledAgainTheNewestCounts() async throws {
        try await withScratchDirectory { root in
            let cache = Cache(root: root)
            for (digest, seconds) in [(one, 2000.0), (two, 1000.0)] {
                let entry = try await cache.ensure(.kernels, digest) { entry in
                    try KernelManifest(
                        release: "6.12.1", version: "", banner: nil, packages: [], hasVmlinux: false, hasConfig: false,
                        name: "build:/linux"
                    ).write(to: entry)
                }
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: seconds)],
                    ofItemAtPath: entry.appending("kernel.json").string)
            }
            #expect(try await CacheContents(cache).removeStale().map(\.digest) == [two])
            #expect(try await CacheContents(cache).list().map(\.digest) == [one])
        }
    }

    @Test func whatIsInUseStaysAndSaysSo() async throws {
        try await withScratchDirectory { root in
            let cache = try await cache(in: root)
            let contents = CacheContents(cache)
            let hold = try cache.hold([cache.entry(.builds, two), cache.entry(.initramfs, one), "/elsewhere"])
            // Two may use it at once.
            let other = try cache.hold([cache.entry(.builds, two)])
            #expect(try await contents.list().map(\.isInUse) == [true, false, true])
            let failure = await #expect(throws: Failure.self) { try await contents.remove(["builds"]) }
            #expect(failure?.blame == .request)
            #expect(try await contents.removeStale().isEmpty)
            hold.release()
            await #expect(throws: Failure.self) { try await contents.remove([String(two.prefix(6))]) }
            other.release()
            #expect(try await contents.remove([String(two.prefix(6))]).map(\.digest) == [two])
            #expect(try await contents.removeStale().map(\.digest) == [one])
            #expect(try await contents.list().map(\.kind) == ["toolchains"])
            #expect(throws: Failure.self) { try cache.hold([cache.entry(.builds, two)]) }
        }
    }

    @Test(arguments: ["toolchain", "0123", "ffffff"]) func whatFitsNothingRemovesNothing(selector: String) async throws
    {
        try await withScratchDirectory { root in
            let contents = CacheContents(try await cache(in: root))
            await #expect(throws: Failure.self) { try await contents.remove(["toolchains", selector]) }
            #expect(try await contents.list().count == 3)
        }
    }
}
