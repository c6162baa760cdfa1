import Foundation
import HostProcess
public import SystemPackage

/// A root file system in the cache.
public struct RootImage: Sendable, Codable, Hashable {
    /// The name of its definition: `base`.
    public let name: String
    /// Names the content; the entry's name in the cache.
    public let digest: String
    /// The entry in the cache.
    public let directory: FilePath
    /// `NAME VERSION` of every package in it, sorted by name.
    public let packages: [String]

    /// A raw ext4 image. Guests write to a layer of their own over it.
    public var disk: FilePath { directory.appending("root.img") }
    /// Its statically linked busybox, for the initramfs.
    var busybox: FilePath { directory.appending("busybox") }
    /// `/init` of the initramfs.
    var initramfsInit: FilePath { directory.appending("initramfs-init") }

    /// True if a package is in it.
    ///
    /// - Parameter package: its name without an architecture.
    public func hasPackage(_ package: String) -> Bool {
        packages.contains { $0.hasPrefix("\(package) ") }
    }
}

/// `image.json` of a cache entry.
struct RootImageManifest: Codable {
    static let fileName = "image.json"

    var name: String
    /// The digest of all that it was made from, save the packages' versions.
    var recipe: String
    var packages: [String]

    /// Reads the manifest of an entry.
    static func read(_ entry: FilePath) throws -> RootImageManifest {
        let path = entry.appending(fileName)
        let bytes = try BoundedRead.bytes(of: path, limit: 4 << 20)
        do {
            return try JSONDecoder().decode(RootImageManifest.self, from: Data(bytes))
        } catch {
            throw Failure("not a manifest of this version", on: path.string, advice: "remove the image and build it")
        }
    }

    func write(to entry: FilePath) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try writeFile(entry.appending(Self.fileName), Array(encoder.encode(self)))
    }

    func image(at entry: FilePath, digest: String) -> RootImage {
        RootImage(name: name, digest: digest, directory: entry, packages: packages)
    }
}
