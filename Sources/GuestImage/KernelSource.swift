import Foundation
import HostProcess
import SystemPackage
import TestPlan

/// The source of one of Debian's kernels, of its very version: the archive in the package `linux-source-X.Y`.
struct KernelSource {
    /// Names the content.
    let digest: String
    /// The entry in the cache, which holds `linux-source-X.Y.tar.xz` alone.
    let entry: FilePath
    /// `linux-source-6.1`, which is also the directory in the archive.
    let name: String
    /// The package's name and version.
    let label: String
    /// Of the package.
    let sha256: String
    /// The release whose suite has it: `bookworm`.
    let suite: String

    /// The archive.
    var archive: FilePath { entry.appending("\(name).tar.xz") }

    /// Returns the source of a kernel, fetched first if it is not in the cache.
    ///
    /// - Parameters:
    ///   - purpose: what is wanted of it, for the refusal: `selftests can be built`.
    ///   - advice: what to do about a kernel that is none of Debian's, or whose source is gone.
    /// - Throws: `Failure` for a kernel that is none of Debian's; if the archive has no source of its version.
    static func ensure(
        of kernel: Kernel, purpose: String, advice: String, cache: Cache,
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> KernelSource {
        guard !kernel.packages.isEmpty else {
            throw Failure(
                "\(purpose) for Debian's kernels only, and this is none", on: kernel.name, advice: advice,
                blame: .request)
        }
        let apt = AptArchive(cache: cache, progress: progress)
        _ = try await apt.index(refresh: false)
        let name = "linux-source-\(DebianKernelChoice.series(of: kernel.version))"
        guard let package = try await apt.stanzas(of: [name]).first(where: { $0.version == kernel.version }),
            let suite = try await apt.release(of: name, version: kernel.version)
        else {
            throw Failure(
                "the archive has no source of this kernel's version", on: "\(name) \(kernel.version)",
                advice: "take a newer kernel of the series with --refresh: archives drop old versions; or \(advice)",
                blame: .request)
        }
        let digest = try await Digest.of("source 1 \(package.sha256)")
        let entry = try await cache.ensure(.sources, digest) { scratch in
            progress("downloading \(package.label)")
            let work = scratch.appending("package")
            try makeDirectories(work)
            let deb = try await apt.download([package], into: work)[0]
            try await Command("dpkg-deb", ["--extract", deb.string, work.string])
                .check(timeout: .seconds(600), advice: "check the free space")
            let file = "\(name).tar.xz"
            guard rename(work.appending("usr/src").appending(file).string, scratch.appending(file).string) == 0 else {
                throw Failure("the package has no \(file): \(systemError())", on: package.label, advice: "")
            }
            try await removeTree(work)
        }
        return KernelSource(
            digest: digest, entry: entry, name: name, label: package.label, sha256: package.sha256, suite: suite)
    }

    /// Unpacks it below a directory.
    ///
    /// - Parameters:
    ///   - only: a directory of the source that alone is wanted; nil for all of it.
    ///   - unused: globs of directories to leave out.
    /// - Returns: the source's directory.
    /// - Throws: `Failure` if the source has no such directory, or the disk is full.
    func unpack(into directory: FilePath, only: String? = nil, without unused: [String] = []) async throws -> FilePath {
        let arguments =
            ["--extract", "--file", archive.string, "--directory", directory.string, "--no-same-owner"]
            + unused.map { "--exclude=\(name)/\($0)" } + ["--"] + (only.map { ["\(name)/\($0)"] } ?? [])
        let result = try await Command("tar", arguments).run(timeout: .seconds(1800))
        guard result.termination.isSuccess else {
            if let only, result.errorText.contains("Not found in archive") {
                throw Failure(
                    "the source has no such directory", on: "\(only) in \(label)",
                    advice: "name the directory of the module's source, such as drivers/vfio", blame: .request)
            }
            let last = result.errorText.split(separator: "\n").last.map(String.init) ?? "\(result.termination)"
            throw Failure("cannot unpack the source: \(last)", on: label, advice: "check the free space")
        }
        return directory.appending(name)
    }
}
