import Foundation
import HostProcess
public import SystemPackage

/// Saved guests in the cache, from which others start, each under the digest of all that it depends on.
///
/// An entry is used only if its files are those that were written: their sizes and times stand in its manifest, and any
/// write to a file changes its ctime. The store has a limit; what was used least recently goes first.
public struct TemplateStore: Sendable {
    /// The files of one.
    public struct Entry: Sendable, Hashable {
        /// Its digest.
        public let digest: String
        let directory: FilePath

        /// The guest's memory.
        public var memory: FilePath { directory.appending("memory") }
        /// The state of its CPUs and devices.
        public var state: FilePath { directory.appending("state") }
        /// The layer over its root disk.
        public var disk: FilePath { directory.appending("root.qcow2") }
        /// What its console said until it was saved.
        public var console: FilePath { directory.appending("console.log") }
    }

    /// Bytes on the disk that all of them may take, if the environment says nothing else: a template of 1 GiB takes
    /// about 150 MB.
    public static let standardLimit = 4 << 30
    private static let limitVariable = "VMHARNESS_TEMPLATE_LIMIT"

    private let cache: Cache
    /// Bytes on the disk that all of them may take.
    private let limit: Int

    /// The templates of a cache; `$VMHARNESS_TEMPLATE_LIMIT` has the limit in MiB.
    public init(cache: Cache) {
        self.cache = cache
        let asked = ProcessInfo.processInfo.environment[Self.limitVariable].flatMap { Int($0) }
        limit = asked.map { $0 << 20 } ?? Self.standardLimit
    }

    init(cache: Cache, limit: Int) {
        self.cache = cache
        self.limit = limit
    }

    /// The entry for a recipe, made if there is none that can be used.
    ///
    /// - Parameters:
    ///   - recipe: all that the template depends on.
    ///   - what: the template, in words for a list.
    ///   - entries: those of the cache that it cannot do without.
    ///   - make: fills the files of the entry that it is given.
    /// - Returns: the entry, and what keeps it from being removed.
    /// - Throws: `Failure` if the cache cannot be written; what `make` throws.
    public func ensure(
        _ recipe: String, what: String, on entries: [FilePath], make: (Entry) async throws -> Void
    ) async throws -> (entry: Entry, hold: CacheHold) {
        let digest = try await Digest.of("template \(TemplateManifest.format)\n\(recipe)")
        let entry = Entry(digest: digest, directory: cache.entry(.templates, digest))
        let hold = try await held(entry) {
            _ = try await cache.ensure(.templates, digest) { directory in
                (try? TemplateManifest.read(directory))?.fits(Entry(digest: digest, directory: directory)) ?? false
            } build: { scratch in
                let new = Entry(digest: digest, directory: scratch)
                try await make(new)
                try TemplateManifest(of: new, what: what, on: entries).write(to: scratch)
            }
        }
        // The time of its last use, for `trim`.
        utimes(entry.directory.string, nil)
        trim(keeping: digest)
        return (entry, hold)
    }

    /// Removes an entry that turned out to be of no use, if nobody uses it.
    public func drop(_ entry: Entry) {
        try? cache.remove(.templates, entry.digest)
    }

    /// Holds an entry that is made sure of before; another process may remove it in between.
    private func held(_ entry: Entry, ensure: () async throws -> Void) async throws -> CacheHold {
        for _ in 0..<3 {
            try await ensure()
            if let hold = try? cache.hold([entry.directory]) { return hold }
        }
        throw Failure(
            "a template is removed again and again", on: entry.directory.string, advice: "see who trims the cache")
    }

    /// Removes templates, the least recently used first, until all take no more than the limit. Those in use stay.
    private func trim(keeping digest: String) {
        var entries = cache.digests(of: .templates).map { other -> (digest: String, bytes: Int, used: Date) in
            let directory = cache.entry(.templates, other)
            let used = try? FileManager.default.attributesOfItem(atPath: directory.string)[.modificationDate] as? Date
            return (other, Self.bytes(in: directory), used ?? .distantPast)
        }
        entries.sort { $0.used < $1.used }
        var total = entries.reduce(0) { $0 + $1.bytes }
        for entry in entries where total > limit && entry.digest != digest {
            if (try? cache.remove(.templates, entry.digest)) != nil { total -= entry.bytes }
        }
    }

    /// Bytes that the files of a directory take on the disk.
    private static func bytes(in directory: FilePath) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        return names.reduce(0) { bytes, name in
            var status = stat()
            return lstat(directory.appending(name).string, &status) == 0 ? bytes + Int(status.st_blocks) * 512 : bytes
        }
    }
}
