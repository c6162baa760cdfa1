import Foundation
import HostProcess
import SystemPackage
import Testing

@testable import GuestImage

struct CacheTests {
    private let digest = "0123456789abcdef01234567"

    @Test func anEntryIsBuiltOnce() async throws {
        try await withScratchDirectory { root in
            let cache = Cache(root: root)
            let builds = Counter()
            try await withThrowingTaskGroup(of: FilePath.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await cache.ensure(.kernels, digest) { scratch in
                            await builds.increment()
                            try writeFile(scratch.appending("a"), [1])
                            try await Task.sleep(for: .milliseconds(100))
                            try writeFile(scratch.appending("b"), [2])
                        }
                    }
                }
                for try await entry in group {
                    #expect(FileManager.default.fileExists(atPath: entry.appending("b").string))
                }
            }
            #expect(await builds.value == 1)
            #expect(cache.digests(of: .kernels) == [digest])
        }
    }

    @Test func aFailedBuildLeavesNothing() async throws {
        try await withScratchDirectory { root in
            let cache = Cache(root: root)
            await #expect(throws: Failure.self) {
                _ = try await cache.ensure(.kernels, digest) { scratch in
                    try writeFile(scratch.appending("half"), [1])
                    throw Failure("no", on: "", advice: "")
                }
            }
            #expect(cache.digests(of: .kernels).isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: cache.partial.string).isEmpty)
            // And it works the next time.
            _ = try await cache.ensure(.kernels, digest) { try writeFile($0.appending("whole"), [1]) }
            #expect(cache.digests(of: .kernels) == [digest])
        }
    }

    /// Another process holds the lock as a builder does, and is killed with its work half done.
    @Test func aKilledBuildersWorkIsSweptAndALivingOnesIsNot() async throws {
        try await withScratchDirectory { root in
            let cache = Cache(root: root)
            for path in [cache.locks, cache.partial] { try makeDirectories(path) }
            let other = "fedcba9876543210fedcba98"
            let half = cache.partial.appending("kernels-\(other)-12345678")
            try makeDirectories(half)
            try writeFile(half.appending("half"), [1])
            let lock = cache.lockFile(.kernels, other)
            let locked = Signal()
            try await withChild(
                Command("flock", [lock.string, "sh", "-c", "echo locked; exec sleep 60"]),
                output: { _ in locked.fire() }
            ) { child in
                try await locked.wait()
                _ = try await cache.ensure(.kernels, digest) { try writeFile($0.appending("whole"), [1]) }
                #expect(FileManager.default.fileExists(atPath: half.string), "its builder lives")
                // The lock is held by the one that flock started, too.
                for pid in ProcessTable.children(of: child.pid) { ProcessTable.signal(pid, SIGKILL) }
                child.send(SIGKILL)
                try await child.waitForEnd()
            }
            _ = try await cache.ensure(.kernels, other) { scratch in
                #expect(!FileManager.default.fileExists(atPath: half.string))
                try writeFile(scratch.appending("whole"), [1])
            }
            #expect(cache.digests(of: .kernels) == [digest, other].sorted())
        }
    }

    @Test func digestsDependOnNamesAndContent() async throws {
        try await withScratchDirectory { root in
            let (first, second) = (root.appending("1"), root.appending("2"))
            try writeFile(first, [1])
            try writeFile(second, [2])
            let digests = try await [
                Digest.of(files: [("a", first), ("b", second)]), Digest.of(files: [("a", second), ("b", first)]),
                Digest.of(files: [("a", first), ("c", second)]), Digest.of(files: [("a", first)]),
            ]
            #expect(Set(digests).count == 4)
            #expect(digests.allSatisfy { $0.count == Digest.length })
            #expect(try await Digest.of(files: [("a", first), ("b", second)]) == digests[0])
        }
    }
}

private actor Counter {
    private(set) var value = 0

    func increment() { value += 1 }
}
