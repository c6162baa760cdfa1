import Foundation
import HostProcess
public import SystemPackage

/// What came of a plan's own sources: modules for one kernel, or programs for every guest.
public struct BuiltFiles: Sendable, Hashable {
    /// The entry in the cache.
    public let entry: FilePath
    /// The modules or programs.
    public let files: [FilePath]
    /// `gcc-12 12.2.0-14+deb12u1`.
    public let compiler: String
    /// What the compiler warned of, with file and line.
    public let warnings: [String]
}

/// `build.json` of a cache entry.
struct BuildManifest: Codable {
    static let fileName = "build.json"

    var files: [String]
    var compiler: String
    var warnings: [String]
    /// What they were built for; nil in entries of before.
    var purpose: String?

    func write(to entry: FilePath) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try writeFile(entry.appending(Self.fileName), Array(encoder.encode(self)))
    }

    static func read(_ entry: FilePath) throws -> BuildManifest {
        let path = entry.appending(fileName)
        guard
            let manifest = try? JSONDecoder().decode(
                BuildManifest.self, from: Data(BoundedRead.bytes(of: path, limit: 1 << 20)))
        else {
            throw Failure("not a manifest of this version", on: path.string, advice: "remove that directory")
        }
        return manifest
    }

    /// What the entry holds.
    func files(in entry: FilePath) -> BuiltFiles {
        BuiltFiles(entry: entry, files: files.map { entry.appending($0) }, compiler: compiler, warnings: warnings)
    }
}
