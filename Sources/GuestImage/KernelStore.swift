import Foundation
import HostProcess
import SystemPackage
public import TestPlan

/// The kernels of the cache, by the names that plans and `--kernel` use.
public struct KernelStore: Sendable {
    let cache: Cache
    let progress: @Sendable (String) -> Void

    /// The kernels in `cache`.
    ///
    /// - Parameter progress: gets a line for each thing that takes time.
    public init(cache: Cache, progress: @escaping @Sendable (String) -> Void = { _ in }) {
        self.cache = cache
        self.progress = progress
    }

    /// Finds a kernel, and puts it into the cache first if it is not there.
    ///
    /// - Parameters:
    ///   - name: as a plan has it.
    ///   - refresh: ask the archive even if the index is younger than 24 h.
    /// - Throws: `Failure`: no such kernel (with those that exist), nothing
    ///   cached and no network, a full disk.
    public func resolve(_ name: KernelName, refresh: Bool = false) async throws -> Kernel {
        switch name {
        case .debian, .debianExact: try await resolveDebian(name, refresh: refresh)
        case .build(let path): try await addBuild(hostPath(path), name: name)
        case .file(let vmlinuz, let modules):
            try await addFile(hostPath(vmlinuz), modules: modules.map(hostPath), name: name)
        case .host: try await addHost(name)
        }
    }

    /// The kernels in the cache, sorted by version. Entries that cannot be read are left out.
    public func list() throws -> [Kernel] {
        cache.digests(of: .kernels).compactMap { digest in
            let entry = cache.entry(.kernels, digest)
            guard let manifest = try? KernelManifest.read(entry) else { return nil }
            return Kernel(name: manifest.name, directory: entry, digest: digest, manifest: manifest, notes: [])
        }
        .sorted {
            DebianKernelChoice.upstreamNumbers($0.release)
                .lexicographicallyPrecedes(DebianKernelChoice.upstreamNumbers($1.release))
        }
    }

    /// Removes kernels from the cache.
    ///
    /// - Parameter nameOrDigest: a name (`debian:6.1`), a release, or the
    ///   first digits (6 or more) of a digest.
    /// - Throws: `Failure` if none fits or it cannot be removed.
    public func remove(_ nameOrDigest: String) throws {
        let name = try? KernelName(parsing: nameOrDigest)
        let chosen = try list().filter { kernel in
            kernel.name == nameOrDigest || kernel.release == nameOrDigest
                || nameOrDigest.utf8.count >= 6 && kernel.digest.hasPrefix(nameOrDigest)
                || name.map { matches(kernel, $0) } ?? false
        }
        guard !chosen.isEmpty else {
            throw Failure(
                "no such kernel in the cache", on: nameOrDigest, advice: "`vmharness kernel list` shows what there is",
                blame: .request)
        }
        for kernel in chosen { try cache.remove(.kernels, kernel.digest) }
    }

    /// True if a cached kernel could answer to the name of a Debian kernel.
    func matches(_ kernel: Kernel, _ name: KernelName) -> Bool {
        guard !kernel.packages.isEmpty else { return false }
        return switch name {
        case .debian(let series, let flavour):
            DebianKernelChoice.series(of: kernel.release) == series
                && DebianKernelChoice.flavour(ofRelease: kernel.release) == flavour
        case .debianExact(let release): kernel.release == release
        case .build, .file, .host: false
        }
    }
}
