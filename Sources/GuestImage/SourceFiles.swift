import Foundation
import HostProcess
import SystemPackage

/// A plan's own sources: the files of a directory below the plan.
struct SourceFiles {
    /// The directory.
    let directory: FilePath
    /// Paths relative to it, sorted.
    let files: [String]

    private static let mostFiles = 500
    private static let mostBytes = 16 << 20

    /// Lists the files, without hidden ones and what a build leaves behind.
    ///
    /// - Throws: `Failure` if it cannot be read, holds a link, or is larger than sources are.
    init(_ directory: FilePath) throws {
        guard let enumerator = FileManager.default.enumerator(atPath: directory.string) else {
            throw Failure("cannot read the sources", on: directory.string, advice: "check the path", blame: .request)
        }
        var files: [String] = []
        var bytes = 0
        for case let path as String in enumerator {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            if name.hasPrefix(".") {
                enumerator.skipDescendants()
                continue
            }
            let type = enumerator.fileAttributes?[.type] as? FileAttributeType
            if type == .typeDirectory || Self.isLeftOver(name) { continue }
            guard type == .typeRegular else {
                throw Failure(
                    "not a regular file among the sources", on: directory.appending(path).string,
                    advice: "replace the link by a copy", blame: .request)
            }
            bytes += (enumerator.fileAttributes?[.size] as? Int) ?? 0
            files.append(path)
            guard files.count <= Self.mostFiles, bytes <= Self.mostBytes else {
                throw Failure(
                    "the sources have more than \(Self.mostFiles) files or \(Self.mostBytes >> 20) MiB",
                    on: directory.string, advice: "keep only what is compiled in it", blame: .request)
            }
        }
        self.directory = directory
        self.files = files.sorted()
    }

    /// What kbuild leaves beside the sources.
    private static func isLeftOver(_ name: String) -> Bool {
        [".o", ".ko", ".mod", ".mod.c", ".a", ".cmd"].contains(where: name.hasSuffix)
            || ["Module.symvers", "modules.order"].contains(name)
    }

    /// Names the content.
    func digest() async throws -> String {
        try await Digest.of(files: files.map { ($0, directory.appending($0)) })
    }

    /// Copies them into a directory.
    func copy(to target: FilePath) throws {
        for file in files {
            let path = target.appending(file)
            try makeDirectories(path.removingLastComponent())
            try writeFile(path, BoundedRead.bytes(of: directory.appending(file), limit: Self.mostBytes))
        }
    }
}
