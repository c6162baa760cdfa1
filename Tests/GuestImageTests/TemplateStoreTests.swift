import Foundation
import HostProcess
import SystemPackage
import Testing

@testable import GuestImage

@Suite struct TemplateStoreTests {
    private func make(_ entry: TemplateStore.Entry, bytes: Int = 1 << 16) throws {
        for file in [entry.memory, entry.state, entry.disk, entry.console] {
            try Data(repeating: 7, count: bytes).write(to: URL(filePath: file.string))
        }
    }

    private func ensure(_ store: TemplateStore, _ recipe: String, bytes: Int = 1 << 16) async throws -> Bool {
        var isNew = false
        let (_, hold) = try await store.ensure(recipe, what: recipe, on: []) { entry in
            isNew = true
            try make(entry, bytes: bytes)
        }
        hold.release()
        return isNew
    }

    @Test func oneIsMadeOnceAndAgainWhenItsFilesWereTouched() async throws {
        try await withScratchDirectory { scratch in
            let store = TemplateStore(cache: Cache(root: scratch), limit: 1 << 30)
            #expect(try await ensure(store, "a"))
            #expect(try await !ensure(store, "a"))
            #expect(try await ensure(store, "b"))
            let (entry, hold) = try await store.ensure("a", what: "a", on: []) { _ in Issue.record("made again") }
            hold.release()
            // One byte, in place, with the old size and time of modification.
            let before = try FileManager.default.attributesOfItem(atPath: entry.state.string)[.modificationDate]
            let file = try FileHandle(forUpdating: URL(filePath: entry.state.string))
            try file.write(contentsOf: Data([8]))
            try file.close()
            try FileManager.default.setAttributes([.modificationDate: before as Any], ofItemAtPath: entry.state.string)
            #expect(try await ensure(store, "a"))
            #expect(try await !ensure(store, "a"))
        }
    }

    @Test func theLeastRecentlyUsedGoFirstAndThoseInUseStay() async throws {
        try await withScratchDirectory { scratch in
            let cache = Cache(root: scratch)
            let store = TemplateStore(cache: cache, limit: 9 << 20)
            func wait() async throws { try await Task.sleep(for: .milliseconds(20)) }
            // Each takes 4 MiB.
            _ = try await ensure(store, "a", bytes: 1 << 20)
            try await wait()
            _ = try await ensure(store, "b", bytes: 1 << 20)
            try await wait()
            let (_, hold) = try await store.ensure("a", what: "a", on: []) { _ in Issue.record("made again") }
            try await wait()
            _ = try await ensure(store, "c", bytes: 1 << 20)
            #expect(cache.digests(of: .templates).count == 2)
            #expect(try await !ensure(store, "a"), "it was used after b")
            try await wait()
            _ = try await ensure(store, "b", bytes: 1 << 20)
            try await wait()
            _ = try await ensure(store, "c", bytes: 1 << 20)
            #expect(try await !ensure(store, "a"), "it is in use")
            hold.release()
        }
    }

    /// Who has made one uses it at once, and may do so for hours.
    @Test(.timeLimit(.minutes(1))) func nobodyWaitsForThoseThatUseIt() async throws {
        try await withScratchDirectory { scratch in
            let cache = Cache(root: scratch)
            let store = TemplateStore(cache: cache, limit: 1 << 30)
            let isMaking = Signal()
            try await withThrowingTaskGroup(of: CacheHold.self) { group in
                group.addTask {
                    try await store.ensure("a", what: "a", on: []) { entry in
                        isMaking.fire()
                        try await Task.sleep(for: .milliseconds(200))
                        try make(entry)
                    }.hold
                }
                try await isMaking.wait()
                for _ in 0..<3 {
                    group.addTask {
                        try await store.ensure("a", what: "a", on: []) { _ in Issue.record("made again") }.hold
                    }
                }
                var holds: [CacheHold] = []
                for try await hold in group { holds.append(hold) }
                #expect(holds.count == 4)
                #expect(throws: Failure.self) { try cache.remove(.templates, cache.digests(of: .templates)[0]) }
                for hold in holds { hold.release() }
            }
        }
    }

    @Test func whatFailsLeavesNothing() async throws {
        struct Broken: Error {}
        try await withScratchDirectory { (scratch) async throws -> Void in
            let cache = Cache(root: scratch)
            let store = TemplateStore(cache: cache, limit: 1 << 30)
            await #expect(throws: Broken.self) {
                try await store.ensure("a", what: "a", on: []) { _ in throw Broken() }
            }
            #expect(cache.digests(of: .templates).isEmpty)
            let isMade = try await ensure(store, "a")
            #expect(isMade)
        }
    }
}
