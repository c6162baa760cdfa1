import Foundation
import HostProcess
import SystemPackage
import TestPlan

/// What modules for one of Debian's kernels are built against: the packages
/// `linux-headers-RELEASE`, `-common` and `linux-kbuild-*` of the kernel's own version.
struct KernelHeaders {
    /// Names the content.
    let digest: String
    /// The entry in the cache: `usr/src`, `usr/lib`.
    let entry: FilePath
    /// The release whose suite has the kernel: `bookworm`.
    let suite: String
    /// The compiler that the packages ask for: `gcc-12`.
    let compiler: String

    /// Where the configured headers are seen in a build root.
    static func place(_ release: String) -> String { "/usr/src/linux-headers-\(release)" }

    /// The directories to show in a build root, and where.
    func mounts() throws -> [(from: FilePath, at: String)] {
        let library = entry.appending("usr/lib")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: library.string)) ?? []
        return [(entry.appending("usr/src"), "/usr/src")]
            + names.filter { $0.hasPrefix("linux-kbuild-") }.sorted().map {
                (library.appending($0), "/usr/lib/\($0)")
            }
    }

    /// Returns the headers of a kernel, fetched first if they are not in the cache.
    ///
    /// - Throws: `Failure` if the archive has none of this version, or cannot be reached.
    static func ensure(
        _ kernel: Kernel, cache: Cache, progress: @escaping @Sendable (String) -> Void
    ) async throws -> KernelHeaders {
        let archive = AptArchive(cache: cache, progress: progress)
        _ = try await archive.index(refresh: false)
        let first = "linux-headers-\(kernel.release)"
        let packages = try await closure(of: first, version: kernel.version, release: kernel.release, archive)
        guard packages.contains(where: { $0.name == first }) else {
            throw Failure(
                "the archive has no headers of this kernel's version", on: "\(first) \(kernel.version)",
                advice: "take a newer kernel of the series with --refresh: archives drop old versions", blame: .request)
        }
        let words = packages.flatMap { [$0.name] + $0.dependencies }
        guard let compiler = words.lazy.compactMap(compilerName).first,
            let suite = try await archive.release(of: first, version: kernel.version)
        else {
            throw Failure("the headers do not tell their compiler and suite", on: first, advice: "")
        }
        let digest = try await Digest.of((["headers 1"] + packages.map(\.sha256)).joined(separator: "\n"))
        let entry = try await cache.ensure(.headers, digest) { scratch in
            progress("downloading \(packages.map(\.label).joined(separator: ", "))")
            let debs = scratch.appending("debs")
            try makeDirectories(debs)
            for deb in try await archive.download(packages, into: debs) {
                try await Command("dpkg-deb", ["--extract", deb.string, scratch.string])
                    .check(timeout: .seconds(600), advice: "check the free space")
            }
            try await removeTree(debs)
        }
        return KernelHeaders(digest: digest, entry: entry, suite: suite, compiler: compiler)
    }

    /// A package and what it needs of the same kernel, of the same version.
    private static func closure(
        of first: String, version: String, release: String, _ archive: AptArchive
    ) async throws -> [AptStanza] {
        var found: [AptStanza] = []
        var waiting = [first]
        while !waiting.isEmpty {
            let stanzas = try await archive.stanzas(of: waiting).filter { $0.version == version }
            found += stanzas
            waiting = stanzas.flatMap(\.dependencies).filter { name in
                (name.hasPrefix("linux-headers-") || name.hasPrefix("linux-kbuild-")
                    || name.hasPrefix("linux-compiler-")) && !found.contains { $0.name == name }
            }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// `gcc-12` of `gcc-12`, `gcc-12-for-host`, `linux-compiler-gcc-12-x86`.
    static func compilerName(in package: String) -> String? {
        guard let range = package.firstRange(of: "gcc-") else { return nil }
        let number = package[range.upperBound...].prefix(while: \.isNumber)
        return number.isEmpty ? nil : "gcc-\(number)"
    }
}

extension AptArchive {
    /// The release of Debian that has a package: `bookworm` of the suite `bookworm-security`.
    func release(of package: String, version: String) async throws -> String? {
        // `NAME | VERSION | URI SUITE/COMPONENT ARCHITECTURE Packages`
        let result = try await apt("apt-cache", ["madison", "--", package])
        return Self.release(inMadison: result.text, version: version)
    }

    static func release(inMadison text: String, version: String) -> String? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "|").map { $0.split(separator: " ") }
            guard fields.count == 3, fields[1].first.map(String.init) == version, fields[2].count >= 2 else { continue }
            let suite = fields[2][1]
            if let release = AptMirrors.releases.first(where: { suite.hasPrefix($0) }) { return release }
        }
        return nil
    }
}
