import HostProcess
import TestPlan

/// Which of Debian's kernels lie between two.
extension DebianKernelChoice {
    /// Asks whether the first version is the newer one, in dpkg's order.
    typealias Order = (String, String) async throws -> Bool

    /// The packages that are images; a metapackage such as `linux-image-6.12-amd64` is none.
    static func images(_ packages: [String]) -> [String] {
        packages.filter { release(ofPackage: $0).map { upstreamNumbers($0).count > 2 } ?? false }
    }

    /// A candidate for each release that the archive has, in its newest version.
    static func available(
        _ stanzas: [AptStanza], isNewer: Order = { try await AptArchive.isNewer($0, than: $1) }
    ) async throws -> [KernelCandidate] {
        var releases: [String: [AptStanza]] = [:]
        for stanza in stanzas { release(ofPackage: stanza.name).map { releases[$0, default: []].append(stanza) } }
        var available: [KernelCandidate] = []
        for (release, stanzas) in releases.sorted(by: { $0.key < $1.key }) {
            guard let newest = try await newest(of: stanzas, isNewer: isNewer) else { continue }
            available.append(
                KernelCandidate(
                    name: .debianExact(release: release), release: release, version: newest.version, isCached: false))
        }
        return available
    }

    /// The kernel that a name means; nil if there is none.
    static func newest(
        named name: KernelName, of kernels: [KernelCandidate],
        isNewer: Order = { try await AptArchive.isNewer($0, than: $1) }
    ) async throws -> KernelCandidate? {
        let meant = kernels.filter { kernel in
            switch name {
            case .debian(let series, let flavour):
                self.series(of: kernel.release) == series && self.flavour(ofRelease: kernel.release) == flavour
            case .debianExact(let release): kernel.release == release
            case .build, .file, .host: false
            }
        }
        return try await sorted(meant, isNewer: isNewer).last
    }

    /// The kernels from one to another, both included, of their flavour.
    ///
    /// - Parameter newestOnly: of each series between only the newest.
    /// - Throws: `Failure` if the ends are the same source or of two flavours.
    static func row(
        from first: KernelCandidate, to last: KernelCandidate, of kernels: [KernelCandidate], newestOnly: Bool,
        isNewer: Order = { try await AptArchive.isNewer($0, than: $1) }
    ) async throws -> [KernelCandidate] {
        let flavour = flavour(ofRelease: first.release)
        guard flavour == self.flavour(ofRelease: last.release) else {
            throw Failure(
                "the two ends are kernels of different flavours", on: "\(first.name), \(last.name)",
                advice: "name two of the same one", blame: .request)
        }
        guard source(first.version) != source(last.version) else {
            throw Failure(
                "both ends are the same kernel, \(first.version)", on: "\(first.name), \(last.name)",
                advice: "name two that differ", blame: .request)
        }
        let isForward = try await sorted([first, last], isNewer: isNewer)[0] == first
        let ends = isForward ? (first, last) : (last, first)
        let all = try await sorted(kernels + [first, last], isNewer: isNewer)
        let low = all.firstIndex(of: ends.0)!
        let high = all.lastIndex(of: ends.1)!
        var sources = Set([source(first.version), source(last.version)])
        // Of two builds of one source that which need not be fetched, else the newer one.
        let between = all[low...high].filter { self.flavour(ofRelease: $0.release) == flavour }
        let chosen = (between.filter(\.isCached) + between.filter { !$0.isCached }.reversed())
            .filter { sources.insert(source($0.version)).inserted }
        var row = [ends.0] + between.filter(chosen.contains) + [ends.1]
        if newestOnly {
            row = row.indices.filter { at in
                at == 0 || at == row.count - 1 || series(of: row[at].release) != series(of: row[at + 1].release)
            }.map { row[$0] }
        }
        return isForward ? row : row.reversed()
    }

    /// `6.12.117-1` of `6.12.117-1~deb12u1`: what a rebuild for another suite was made from.
    static func source(_ version: String) -> String { String(version.prefix { $0 != "~" }) }

    /// From the oldest to the newest.
    private static func sorted(_ kernels: [KernelCandidate], isNewer: Order) async throws -> [KernelCandidate] {
        let byNumbers = kernels.sorted { one, other in
            let (a, b) = (upstreamNumbers(one.version), upstreamNumbers(other.version))
            return a == b ? one.release < other.release : a.lexicographicallyPrecedes(b)
        }
        // dpkg is asked only where the upstream version does not tell.
        var sorted: [KernelCandidate] = []
        for kernel in byNumbers {
            var at = sorted.count
            while at > 0, upstreamNumbers(sorted[at - 1].version) == upstreamNumbers(kernel.version),
                sorted[at - 1].version != kernel.version,
                try await isNewer(sorted[at - 1].version, kernel.version)
            {
                at -= 1
            }
            sorted.insert(kernel, at: at)
        }
        return sorted
    }
}
