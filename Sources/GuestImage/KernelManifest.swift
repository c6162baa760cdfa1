import Foundation
import HostProcess
import SystemPackage

/// `kernel.json` of a cache entry: what cannot be seen from its files.
struct KernelManifest: Codable, Hashable {
    static let fileName = "kernel.json"

    var release: String
    var version: String
    var banner: String?
    /// `NAME VERSION` each.
    var packages: [String]
    var hasVmlinux: Bool
    var hasConfig: Bool
    /// What it was asked for by when it was made: `debian:6.1`.
    var name: String

    /// Reads the manifest of an entry.
    static func read(_ entry: FilePath) throws -> KernelManifest {
        let path = entry.appending(fileName)
        let bytes = try BoundedRead.bytes(of: path, limit: 1 << 20)
        do {
            return try JSONDecoder().decode(KernelManifest.self, from: Data(bytes))
        } catch {
            throw Failure(
                "not a manifest of this version", on: path.string,
                advice: "remove the entry with `vmharness kernel remove`; it will be made again")
        }
    }

    func write(to entry: FilePath) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try writeFile(entry.appending(Self.fileName), Array(encoder.encode(self)))
    }
}
