import Foundation
import HostProcess
public import SystemPackage

/// What lies in the cache, and what for.
public struct CacheContents: Sendable {
    /// One entry.
    public struct Entry: Sendable, Hashable, Codable {
        /// `kernels`, `images`, `initramfs`, `templates`, `toolchains`, `headers`, `sources`, `builds`, `mutations` or
        /// `trees`.
        public let kind: String
        /// Names it.
        public let digest: String
        /// What it is, in words.
        public let what: String
        /// Bytes on the disk.
        public let bytes: Int
        /// A run or a build uses it now.
        public let isInUse: Bool
        /// Nothing will ask for it again: replaced by another, or left over from something that is gone.
        public let isStale: Bool
        /// Its directory.
        public let directory: FilePath
    }

    private let cache: Cache

    /// The contents of a cache.
    public init(_ cache: Cache) {
        self.cache = cache
    }

    /// The kinds of entries, in the order of the list.
    public static let kinds = Cache.Kind.allCases.map(\.rawValue)

    /// All entries, by kind.
    ///
    /// - Throws: `Failure` if their sizes cannot be had; `CancellationError`.
    public func list() async throws -> [Entry] {
        let labels = try await CacheLabels(cache)
        var entries: [Entry] = []
        for kind in Cache.Kind.allCases {
            let digests = cache.digests(of: kind)
            let sizes = try await Self.sizes(digests.map { cache.entry(kind, $0) })
            for (digest, size) in zip(digests, sizes) {
                let label = await labels.label(of: kind, digest)
                entries.append(
                    Entry(
                        kind: kind.rawValue, digest: digest, what: label.what, bytes: size,
                        isInUse: try isInUse(kind, digest), isStale: label.isStale,
                        directory: cache.entry(kind, digest)))
            }
        }
        return entries
    }

    /// Removes entries.
    ///
    /// - Parameter selectors: kinds, or the first digits (6 or more) of digests.
    /// - Returns: those that were removed.
    /// - Throws: `Failure` if one fits nothing, before anything is removed; if an entry is in use or cannot be
    ///   removed, after the others are.
    public func remove(_ selectors: [String]) async throws -> [Entry] {
        let all = try await list()
        var chosen: [Entry] = []
        for selector in selectors {
            let fitting = all.filter { entry in
                entry.kind == selector || selector.utf8.count >= 6 && entry.digest.hasPrefix(selector)
            }
            guard !fitting.isEmpty || Self.kinds.contains(selector) else {
                throw Failure(
                    "no such entry in the cache", on: selector,
                    advice: "name a kind (\(Self.kinds.joined(separator: ", "))) or a digest of `vmharness cache list`",
                    blame: .request)
            }
            chosen += fitting.filter { !chosen.contains($0) }
        }
        return try remove(chosen)
    }

    /// Removes what nothing will ask for again, and what killed builders left.
    ///
    /// - Returns: those that were removed.
    /// - Throws: `Failure` if one cannot be removed.
    public func removeStale() async throws -> [Entry] {
        cache.sweep()
        return try remove(try await list().filter { $0.isStale && !$0.isInUse })
    }

    private func remove(_ chosen: [Entry]) throws -> [Entry] {
        var removed: [Entry] = []
        var failures: [Failure] = []
        for entry in chosen {
            do {
                try cache.remove(Cache.Kind(rawValue: entry.kind)!, entry.digest)
                removed.append(entry)
            } catch let failure as Failure {
                failures.append(failure)
            }
        }
        if let first = failures.first {
            let others = failures.count == 1 ? "" : "; so are \(failures.count - 1) others"
            let done = removed.isEmpty ? "" : "; \(removed.count) were removed"
            throw Failure(
                first.what, on: first.subject, advice: first.advice + others + done, blame: first.blame)
        }
        return removed
    }

    private func isInUse(_ kind: Cache.Kind, _ digest: String) throws -> Bool {
        let file = cache.lockFile(kind, digest)
        // Whoever uses it has made the file.
        guard FileManager.default.fileExists(atPath: file.string) else { return false }
        guard let lock = try FileLock.tryAcquire(file) else { return true }
        lock.release()
        return false
    }

    /// Bytes on the disk: images are sparse.
    private static func sizes(_ paths: [FilePath]) async throws -> [Int] {
        guard !paths.isEmpty else { return [] }
        let result = try await Command("du", ["--summarize", "--block-size=1", "--"] + paths.map(\.string))
            .run(timeout: .seconds(300))
        let lines = result.text.split(separator: "\n").map { $0.split(separator: "\t", maxSplits: 1) }
        let sizes = lines.reduce(into: [String: Int]()) { sizes, fields in
            if fields.count == 2 { sizes[String(fields[1])] = Int(fields[0]) }
        }
        // One that was removed meanwhile has none.
        return paths.map { sizes[$0.string] ?? 0 }
    }
}
