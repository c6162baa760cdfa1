import Foundation
import HostProcess
public import SystemPackage

/// Entries of the cache that somebody uses: they cannot be removed as long as this is held.
public struct CacheHold: Sendable {
    private let locks: [FileLock]

    fileprivate init(_ locks: [FileLock]) {
        self.locks = locks
    }

    /// Several together.
    public init(joining holds: [CacheHold]) {
        locks = holds.flatMap(\.locks)
    }

    /// Lets go of them now, or at the latest: keeps them until this call.
    public func release() {
        for lock in locks { lock.release() }
    }
}

extension Cache {
    /// Keeps entries from being removed.
    ///
    /// - Parameter entries: directories of this cache; each once, others are left out.
    /// - Throws: `Failure` if one of them was removed a moment ago.
    public func hold(_ entries: [FilePath]) throws -> CacheHold {
        try makeDirectories(locks)
        return CacheHold(
            try Set(entries).compactMap { entry in
                guard let digest = entry.lastComponent?.string,
                    let kind = Kind.allCases.first(where: { self.entry($0, digest) == entry })
                else { return nil }
                guard let lock = try FileLock.tryAcquire(lockFile(kind, digest), isShared: true),
                    FileManager.default.fileExists(atPath: entry.string)
                else {
                    throw Failure("an entry of the cache is being removed", on: entry.string, advice: "start again")
                }
                return lock
            })
    }
}
