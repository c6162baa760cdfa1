import HostProcess
import SystemPackage
import TestPlan

extension KernelStore {
    func resolveDebian(_ name: KernelName, refresh: Bool) async throws -> Kernel {
        let archive = AptArchive(cache: cache, progress: progress)
        let index: AptArchive.Index
        do {
            index = try await archive.index(refresh: refresh)
        } catch let failure as Failure {
            return try await newestCached(name, insteadOf: failure)
        }
        let names = ResolvedNames(cache: cache)
        if let digest = names.digest(of: name.description, in: index.identity),
            let kernel = try? kernel(name, at: cache.entry(.kernels, digest), digest: digest, notes: index.notes)
        {
            return kernel
        }
        let packages = try await archive.names(prefix: "linux-image-")
        let candidates = DebianKernelChoice.candidates(for: name, among: packages)
        guard let image = try await DebianKernelChoice.newest(of: archive.stanzas(of: candidates)),
            let release = DebianKernelChoice.release(ofPackage: image.name)
        else {
            let unknown = DebianKernelChoice.unknown(name, among: packages, unreachable: index.unreachable)
            // A release is one kernel for ever, also where the suites have dropped it.
            guard case .debianExact = name else { throw unknown }
            return try await newestCached(name, insteadOf: unknown)
        }
        let parts = try await archive.stanzas(of: DebianKernelChoice.parts(of: image))
            .filter { $0.version == image.version }
        let all = [image] + parts.sorted { $0.name < $1.name }

        let digest = try await Digest.of(
            (["kernel \(KernelBuilder.format)"] + all.map(\.sha256)).joined(separator: "\n"))
        do {
            let entry = try await cache.ensure(.kernels, digest) { scratch in
                try await KernelBuilder(entry: scratch, name: name.description, progress: progress)
                    .build(packages: all, release: release, from: archive)
            }
            names.remember(digest, of: name.description, in: index.identity)
            return try kernel(name, at: entry, digest: digest, notes: index.notes)
        } catch let failure as Failure where failure.on(isDownload: all) {
            return try await newestCached(name, insteadOf: failure)
        }
    }

    /// What a run without a network gets: the newest kernel of that name in the cache.
    private func newestCached(_ name: KernelName, insteadOf failure: Failure) async throws -> Kernel {
        var best: Kernel?
        for kernel in try list() where matches(kernel, name) {
            if let other = best, try await !AptArchive.isNewer(kernel.version, than: other.version) { continue }
            best = kernel
        }
        guard let best else { throw failure }
        return best.named(name.description, notes: ["cached kernel \(best.version) used: \(failure.what)"])
    }

    func kernel(_ name: KernelName, at entry: FilePath, digest: String, notes: [String] = []) throws -> Kernel {
        Kernel(
            name: name.description, directory: entry, digest: digest, manifest: try KernelManifest.read(entry),
            notes: notes)
    }
}

extension Failure {
    /// True if this is the failure to download these packages.
    fileprivate func on(isDownload packages: [AptStanza]) -> Bool {
        what.hasPrefix("cannot download") && subject == packages.map(\.label).joined(separator: ", ")
    }
}
