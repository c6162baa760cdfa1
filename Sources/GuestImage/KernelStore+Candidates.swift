import HostProcess
public import TestPlan

extension KernelStore {
    /// Which kernels between two a search is to look at.
    public enum Among: String, Sendable, Hashable, CaseIterable {
        /// Every one that the reachable suites or the cache have.
        case all
        /// The newest of each series.
        case newest
        /// What is in the cache: no further kernel is fetched.
        case cached
    }

    /// The kernels that can be had from one to another, both included, in the order of their versions, from `first` on.
    /// Of several builds of one source it has one.
    ///
    /// - Parameters:
    ///   - first: an end, a kernel of Debian; the older or the newer one.
    ///   - last: the other end, of the same flavour.
    ///   - among: which of those between.
    ///   - refresh: ask the archive even if the index is younger than 24 h.
    /// - Returns: the kernels, the ends by the names that they were given; and what a reader should know, as suites out
    ///   of reach.
    /// - Throws: `Failure`: an end that is not Debian's or cannot be had, ends that are the same kernel or of two
    ///   flavours; no index and nothing in the cache.
    public func candidates(
        from first: KernelName, to last: KernelName, among: Among, refresh: Bool = false
    ) async throws -> (kernels: [KernelCandidate], notes: [String]) {
        for end in [first, last] where !end.isDebian {
            throw Failure(
                "the kernels beside this one are not known", on: "\(end)",
                advice: "name those between the ends with --kernel, in their order; for the commits of a git tree "
                    + "there is `vmharness bisect-step`", blame: .request)
        }
        let cached = try cachedDebian()
        var known = cached
        var notes: [String] = []
        var packages: [String] = []
        var unreachable: [String] = []
        do {
            let archive = AptArchive(cache: cache, progress: progress)
            let index = try await archive.index(refresh: refresh)
            (notes, unreachable) = (index.notes, index.unreachable)
            packages = try await archive.names(prefix: "linux-image-")
            let releases = Set(cached.map(\.release))
            known += try await DebianKernelChoice.available(archive.stanzas(of: DebianKernelChoice.images(packages)))
                .filter { !releases.contains($0.release) }
        } catch let failure as Failure {
            guard !cached.isEmpty else { throw failure }
            notes = ["only kernels of the cache: \(failure.what)"]
        }
        func end(_ name: KernelName) async throws -> KernelCandidate {
            guard var end = try await DebianKernelChoice.newest(named: name, of: known) else {
                throw DebianKernelChoice.unknown(name, among: packages, unreachable: unreachable)
            }
            end.name = name
            return end
        }
        let kernels = try await DebianKernelChoice.row(
            from: end(first), to: end(last), of: among == .cached ? cached : known, newestOnly: among == .newest)
        return (kernels, notes)
    }

    /// The kernels of Debian in the cache.
    private func cachedDebian() throws -> [KernelCandidate] {
        var seen = Set<String>()
        // Of two entries of one release the newer one counts.
        return try list().filter { !$0.packages.isEmpty && !$0.version.isEmpty }.reversed().compactMap { kernel in
            guard seen.insert(kernel.release).inserted else { return nil }
            return KernelCandidate(
                name: .debianExact(release: kernel.release), release: kernel.release, version: kernel.version,
                isCached: true)
        }
    }
}

extension KernelName {
    /// True for the names of Debian's kernels.
    fileprivate var isDebian: Bool {
        switch self {
        case .debian, .debianExact: true
        case .build, .file, .host: false
        }
    }
}
