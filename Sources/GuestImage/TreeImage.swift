import Foundation
import HostProcess
public import SystemPackage

/// Makes a disk image of a directory tree that the user has built on the host, such as fstests, for guests to mount
/// read-only. In the cache under the digest of its content, so an unchanged tree is packed once.
public struct TreeImage: Sendable {
    /// What a caller found when it looked at the tree.
    public struct Content: Sendable {
        /// The directory that becomes the root of the image; the one looked at, or one below it.
        public var root: FilePath
        /// Files of the caller's own to be put into that root, by name.
        public var files: [String: [UInt8]]

        /// What was found.
        public init(root: FilePath, files: [String: [UInt8]] = [:]) {
            self.root = root
            self.files = files
        }
    }

    /// Bytes of all files of a tree together.
    static let largest = 16 << 30
    /// Files of a tree.
    static let mostFiles = 500_000

    let cache: Cache

    /// - Parameter cache: where the images lie.
    public init(cache: Cache) {
        self.cache = cache
    }

    /// The image of a tree, made if it is not in the cache.
    ///
    /// - Parameters:
    ///   - path: a directory, or an archive that tar reads, as one may come from elsewhere: it is bounded and its
    ///     device nodes are refused.
    ///   - purpose: names the format of `inspect`'s files, so that images made otherwise are made again: `fstests 1`.
    ///   - inspect: looks at the unpacked tree and refuses what is none.
    /// - Returns: a raw ext4 image.
    /// - Throws: `Failure`; what `inspect` throws.
    public func image(
        of path: FilePath, purpose: String, inspect: @Sendable (FilePath) throws -> Content
    ) async throws -> FilePath {
        var status = stat()
        guard stat(path.string, &status) == 0 else {
            throw Failure(
                "there is no such tree: \(systemError())", on: path.string, advice: "check the path", blame: .request)
        }
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        // Before it is read as a whole: a wrong directory may be the user's home.
        if isDirectory { _ = try inspect(path) }
        return try await withScratchDirectory { scratch in
            let archive = isDirectory ? try await pack(path, in: scratch) : path
            let digest = try await Digest.of(files: [(name: "\(purpose) \(Self.format)", path: archive)])
            let entry = try await cache.ensure(.trees, digest) { entry in
                try await make(archive, named: path, in: entry, inspect)
            }
            try await point(path, purpose, to: digest)
            return entry.appending(Self.imageName)
        }
    }

    /// What begins the names of the links to the entries that were last asked for.
    static let latest = "latest-"

    /// Notes that this is what a path holds now: what it held before is stale.
    func point(_ path: FilePath, _ purpose: String, to digest: String) async throws {
        let name = try await Self.latest + Digest.of("\(purpose)\n\(path.lexicallyNormalized())")
        let link = cache.directory(of: .trees).appending(name)
        guard (try? FileManager.default.destinationOfSymbolicLink(atPath: link.string)) != digest else { return }
        let new = cache.directory(of: .trees).appending("\(name).\(UUID().uuidString)")
        guard symlink(digest, new.string) == 0, rename(new.string, link.string) == 0 else {
            throw Failure("cannot note the tree: \(systemError())", on: link.string, advice: "check the cache's owner")
        }
    }

    /// Raised when images are made otherwise.
    private static let format = 1
    static let imageName = "tree.img"

    /// The directory as an archive that is the same for the same content, without what version control and earlier
    /// runs left in it.
    private func pack(_ directory: FilePath, in scratch: FilePath) async throws -> FilePath {
        let archive = scratch.appending("tree.tar")
        try await Command(
            "tar",
            [
                "--create", "--file", archive.string, "--directory", directory.string, "--sort=name", "--mtime=@0",
                "--owner=0", "--group=0", "--numeric-owner", "--exclude-vcs", "--exclude=./results",
                "--exclude=./autom4te.cache", "--one-file-system", ".",
            ],
            environment: ["TAR_OPTIONS": ""]
        ).check(timeout: .seconds(900), advice: "check that the tree can be read, and the free space of \(scratch)")
        return archive
    }

    private func make(
        _ archive: FilePath, named name: FilePath, in entry: FilePath, _ inspect: (FilePath) throws -> Content
    ) async throws {
        try await weigh(archive, named: name)
        let root = entry.appending("root")
        try makeDirectories(root)
        // GNU tar keeps names and links of an archive within the directory; no options of the user's environment.
        try await Command(
            "tar",
            [
                "--extract", "--file", archive.string, "--directory", root.string, "--no-same-owner",
                "--delay-directory-restore",
            ],
            environment: ["TAR_OPTIONS": ""]
        ).check(timeout: .seconds(1800), advice: "is it whole, and is there room in \(entry)?")
        // The cases run as users of their own as well.
        try await Command("chmod", ["-R", "u+rwX,go+rX,go-w", root.string]).check(timeout: .seconds(300))
        let content = try inspect(root)
        for (file, bytes) in content.files { try writeFile(content.root.appending(file), bytes) }
        try await FilesystemImage(
            label: "tree", uuid: "74726565-0000-4d00-8000-766d6861726e", size: nil, time: 1_735_689_600
        ).make(from: content.root, at: entry.appending(Self.imageName))
        try await removeTree(root)
    }

    /// Refuses an archive that is none, that has device nodes, or that would fill the disk.
    private func weigh(_ archive: FilePath, named name: FilePath) async throws {
        let list = try await Command(
            "tar", ["--list", "--verbose", "--numeric-owner", "--quoting-style=escape", "--file", archive.string],
            environment: ["TAR_OPTIONS": ""]
        ).run(outputLimit: 256 << 20, timeout: .seconds(1800))
        guard list.termination.isSuccess else {
            let said = list.errorText.split(whereSeparator: \.isNewline).first.map { ": \($0)" } ?? ""
            throw Failure(
                "this is neither a directory nor an archive\(said)", on: name.string,
                advice: "a .tar, .tar.gz, .tar.xz or .tar.zst of the tree", blame: .request)
        }
        var size = 0
        var files = 0
        for line in list.output.split(separator: UInt8(ascii: "\n")) {
            // `-rw-r--r-- 0/0 1234 2025-01-01 00:00 name`
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 3)
            guard words.count == 4, let kind = line.first else { continue }
            guard !"bcp".utf8.contains(kind) else {
                throw Failure(
                    "the archive has device nodes or pipes, which no built tree has", on: name.string,
                    advice: "is it the right archive?", blame: .request)
            }
            files += 1
            // Sizes are the archive's word, of sparse files any: what is more than is taken need not be summed.
            guard let bytes = Int(String(decoding: words[2], as: UTF8.self)), (0...Self.largest).contains(bytes)
            else {
                throw Failure(
                    "the tree has a file of more than \(Self.largest >> 30) GiB", on: name.string,
                    advice: "is it the right archive?", blame: .request)
            }
            size += bytes
        }
        guard files <= Self.mostFiles, size <= Self.largest, !list.isTruncated else {
            throw Failure(
                "the tree has \(files) files of \(size >> 20) MiB, more than is taken", on: name.string,
                advice: "is it the right archive?", blame: .request)
        }
    }
}
