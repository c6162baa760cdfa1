import Foundation
import HostProcess
import SystemPackage

extension Cache {
    /// Returns the entry of a digest, and has it built first if it is not there.
    ///
    /// - Parameters:
    ///   - isUsable: tells whether an entry that is there can still be used; else it is built anew.
    ///   - build: fills the empty directory it is given, which lies on the cache's file system.
    /// - Throws: `Failure` if the cache cannot be written; what `build` throws.
    func ensure(
        _ kind: Kind, _ digest: String, isUsable: (FilePath) -> Bool = { _ in true },
        build: (FilePath) async throws -> Void
    ) async throws -> FilePath {
        let entry = entry(kind, digest)
        func isThere() -> Bool { exists(entry) && isUsable(entry) }
        if isThere() { return entry }
        for path in [directory(of: kind), locks, partial] { try makeDirectories(path) }
        guard let lock = try await buildLock(kind, digest, unless: isThere) else { return entry }
        defer { lock.release() }
        if isThere() { return entry }
        if exists(entry) { try bury(kind, digest) }
        try await withPartial(kind, digest) { scratch in
            try await build(scratch)
            try await put(scratch, at: entry)
        }
        return entry
    }

    /// The lock of who builds an entry; nil once somebody else has built it. Whoever uses an entry shares the same
    /// lock, perhaps for hours, so it must not be waited for once the entry is there.
    private func buildLock(_ kind: Kind, _ digest: String, unless isThere: () -> Bool) async throws -> FileLock? {
        let limit = Duration.seconds(3600)
        let deadline = ContinuousClock.now + limit
        while true {
            if let lock = try FileLock.tryAcquire(lockFile(kind, digest)) { return lock }
            if isThere() { return nil }
            guard ContinuousClock.now < deadline else {
                throw Failure(
                    "an entry of the cache is still being built after \(limit)", on: entry(kind, digest).string,
                    advice: "`fuser \(lockFile(kind, digest))` shows by whom")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Builds an entry whose digest is known only when it is there. The caller
    /// holds the lock of `recipe`.
    ///
    /// - Parameters:
    ///   - recipe: a digest that names the work.
    ///   - build: fills the empty directory it is given and returns the entry's digest.
    /// - Returns: the entry, which is the old one if its digest was there already.
    func add(
        _ kind: Kind, recipe: String, build: (FilePath) async throws -> String
    ) async throws -> (entry: FilePath, digest: String) {
        try makeDirectories(directory(of: kind))
        return try await withPartial(kind, recipe) { scratch in
            let digest = try await build(scratch)
            let entry = entry(kind, digest)
            if !exists(entry) { try await put(scratch, at: entry) }
            return (entry, digest)
        }
    }

    /// Runs `body` with an empty directory on the cache's file system, removed
    /// afterwards. The caller holds the lock of `digest`.
    private func withPartial<Value>(
        _ kind: Kind, _ digest: String, _ body: (FilePath) async throws -> Value
    ) async throws -> Value {
        sweep()
        removePartials(of: kind, digest)
        // A name of its own each time: a child of a killed builder may still
        // write into the old one for a moment.
        let random = String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
        let scratch = partial.appending("\(kind.rawValue)-\(digest)-\(random)")
        try makeDirectories(scratch)
        defer { try? FileManager.default.removeItem(atPath: scratch.string) }
        return try await body(scratch)
    }

    private func put(_ scratch: FilePath, at entry: FilePath) async throws {
        try await synchronize(scratch)
        guard rename(scratch.string, entry.string) == 0 else {
            throw Failure("cannot put an entry into the cache: \(systemError())", on: entry.string, advice: "")
        }
    }

    /// Removes an entry.
    ///
    /// - Throws: `Failure` if it is in use, or cannot be removed.
    func remove(_ kind: Kind, _ digest: String) throws {
        try makeDirectories(partial)
        try makeDirectories(locks)
        guard let lock = try FileLock.tryAcquire(lockFile(kind, digest)) else {
            throw Failure(
                "an entry of the cache is in use", on: entry(kind, digest).string,
                advice: "wait for the runs and builds that use it; `fuser \(lockFile(kind, digest))` shows them",
                blame: .request)
        }
        defer { lock.release() }
        try bury(kind, digest)
    }

    /// Removes an entry whose lock the caller holds.
    private func bury(_ kind: Kind, _ digest: String) throws {
        // First out of sight in one step, so that nobody finds half of it.
        let grave = partial.appending("\(kind.rawValue)-\(digest)-removed\(UInt32.random(in: 0 ... .max))")
        guard rename(entry(kind, digest).string, grave.string) == 0 else {
            throw Failure(
                "cannot remove an entry of the cache: \(systemError())", on: entry(kind, digest).string,
                advice: "check its owner")
        }
        try? FileManager.default.removeItem(atPath: grave.string)
    }

    /// Removes what builders left that are dead: those whose lock is free.
    func sweep() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: partial.string)) ?? []
        for name in names {
            let parts = name.split(separator: "-")
            guard parts.count == 3, let kind = Kind(rawValue: String(parts[0])) else { continue }
            let digest = String(parts[1])
            // Held over the removal: its next builder must not begin meanwhile.
            guard let lock = try? FileLock.tryAcquire(lockFile(kind, digest)) else { continue }
            try? FileManager.default.removeItem(atPath: partial.appending(name).string)
            lock.release()
        }
    }

    private func removePartials(of kind: Kind, _ digest: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: partial.string)) ?? []
        for name in names where name.hasPrefix("\(kind.rawValue)-\(digest)-") {
            try? FileManager.default.removeItem(atPath: partial.appending(name).string)
        }
    }

    private func exists(_ path: FilePath) -> Bool {
        FileManager.default.fileExists(atPath: path.string)
    }

    /// The name must not reach the disk before the content: after a power cut
    /// the entry would look whole.
    private func synchronize(_ path: FilePath) async throws {
        try await Command("sync", ["--file-system", path.string])
            .check(timeout: .seconds(600), advice: "check the free space")
    }
}
