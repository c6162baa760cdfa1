import Foundation
import HostProcess
public import SystemPackage

/// The root images of the cache, by the names of their definitions.
///
/// Once built, an image stays what it is until its definition or our init
/// files change or it is built again on request: newer packages in the archive
/// alone do not change what yesterday's result ran on.
public struct ImageStore: Sendable {
    let cache: Cache
    let directory: FilePath
    let progress: @Sendable (String) -> Void

    /// - Parameters:
    ///   - cache: where images are kept.
    ///   - definitions: the directory with `NAME.yaml` and `init/`.
    ///   - progress: gets a line for each thing that takes time.
    public init(cache: Cache, definitions: FilePath, progress: @escaping @Sendable (String) -> Void = { _ in }) {
        self.cache = cache
        directory = definitions
        self.progress = progress
    }

    /// The names of the definitions, sorted.
    public func definitions() -> [String] { Self.names(in: directory) }

    static func names(in directory: FilePath) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// The image of a definition, built first if it is not in the cache.
    ///
    /// - Throws: `InvalidFile` for a wrong definition; `Failure` if there is
    ///   none, or the image cannot be built.
    public func ensure(_ name: String) async throws -> RootImage {
        try await build(name, force: false)
    }

    /// Builds the image of a definition.
    ///
    /// - Parameter force: build it from the archive's packages of today even
    ///   if it is in the cache.
    /// - Throws: as `ensure`.
    @discardableResult
    public func build(_ name: String, force: Bool) async throws -> RootImage {
        let definition = try ImageDefinition.read(name, in: directory)
        let files = try GuestInitFiles(directory: directory.appending("init"))
        let recipe = try await Digest.of(
            "image \(ImageBuilder.format)\n\(definition.recipe)\n" + (try await files.digest()))
        if !force, let image = current(recipe, name) { return image }

        // One builder a recipe; the digest is known only when the packages are.
        for path in [cache.locks, cache.partial] { try makeDirectories(path) }
        let lock = try await FileLock.acquire(cache.lockFile(.images, recipe))
        defer { lock.release() }
        if !force, let image = current(recipe, name) { return image }
        let builder = ImageBuilder(
            definition: definition, files: files, recipe: recipe,
            archive: AptArchive(cache: cache, progress: progress), progress: progress)
        let (entry, digest) = try await cache.add(.images, recipe: recipe) { try await builder.build(in: $0) }
        // The one to use from now on; others may still run on the one before.
        try point(recipe, to: digest)
        return try RootImageManifest.read(entry).image(at: entry, digest: digest)
    }

    /// The images in the cache, sorted by name.
    public func list() throws -> [RootImage] {
        cache.digests(of: .images).compactMap { digest in
            let entry = cache.entry(.images, digest)
            return try? RootImageManifest.read(entry).image(at: entry, digest: digest)
        }
        .sorted { ($0.name, $0.digest) < ($1.name, $1.digest) }
    }

    /// Removes images from the cache.
    ///
    /// - Parameter nameOrDigest: a definition's name, or the first digits (6 or more) of a digest.
    /// - Throws: `Failure` if none fits or it cannot be removed.
    public func remove(_ nameOrDigest: String) throws {
        let chosen = try list().filter {
            $0.name == nameOrDigest || nameOrDigest.utf8.count >= 6 && $0.digest.hasPrefix(nameOrDigest)
        }
        guard !chosen.isEmpty else {
            throw Failure(
                "no such image in the cache", on: nameOrDigest, advice: "`vmharness image list` shows what there is",
                blame: .request)
        }
        for image in chosen { try cache.remove(.images, image.digest) }
    }

    // MARK: Which image a recipe stands for

    private func pointer(_ recipe: String) -> FilePath {
        cache.directory(of: .images).appending("recipe-\(recipe)")
    }

    private func current(_ recipe: String, _ name: String) -> RootImage? {
        guard let digest = try? FileManager.default.destinationOfSymbolicLink(atPath: pointer(recipe).string),
            digest.count == Digest.length
        else { return nil }
        let entry = cache.entry(.images, digest)
        // Two definitions may say the same: the name is that of the one asked for.
        guard var manifest = try? RootImageManifest.read(entry) else { return nil }
        manifest.name = name
        return manifest.image(at: entry, digest: digest)
    }

    private func point(_ recipe: String, to digest: String) throws {
        let link = pointer(recipe)
        let new = cache.directory(of: .images).appending("recipe-\(recipe).new")
        try? FileManager.default.removeItem(atPath: new.string)
        guard symlink(digest, new.string) == 0, rename(new.string, link.string) == 0 else {
            throw Failure("cannot note the image: \(systemError())", on: link.string, advice: "check the cache's owner")
        }
    }
}
