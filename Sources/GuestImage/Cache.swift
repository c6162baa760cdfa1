import Foundation
import HostProcess
public import SystemPackage

/// Where kernels, images and initramfs lie, each under the digest of what went into it.
///
/// An entry is made in a directory of its own and renamed when it is whole, so
/// a reader never sees half of one, whenever its builder was killed. Two runs
/// that want the same entry at once build it once: a lock a digest, which the
/// kernel lets go of when its holder dies.
public struct Cache: Sendable, Hashable {
    /// The directory, made on first use.
    public let root: FilePath

    /// A cache at `root`.
    public init(root: FilePath) {
        self.root = root
    }

    /// The user's cache: `$VMHARNESS_CACHE`, else `$XDG_CACHE_HOME/vmharness`,
    /// else `~/.cache/vmharness` (XDG Base Directory Specification).
    public static func standard() -> Cache {
        let environment = ProcessInfo.processInfo.environment
        if let own = environment["VMHARNESS_CACHE"], !own.isEmpty { return Cache(root: FilePath(own)) }
        // The specification has relative paths ignored.
        if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") {
            return Cache(root: FilePath(base).appending("vmharness"))
        }
        return Cache(root: FilePath(homeDirectory()).appending(".cache").appending("vmharness"))
    }

    /// The kinds of entry, by the name of their directory.
    enum Kind: String, CaseIterable {
        case kernels, images, initramfs, templates, toolchains, headers, sources, builds, mutations, trees
    }

    var locks: FilePath { root.appending("locks") }
    var partial: FilePath { root.appending("partial") }

    func directory(of kind: Kind) -> FilePath { root.appending(kind.rawValue) }

    func entry(_ kind: Kind, _ digest: String) -> FilePath { directory(of: kind).appending(digest) }

    func lockFile(_ kind: Kind, _ digest: String) -> FilePath { locks.appending("\(kind.rawValue)-\(digest)") }

    /// The digests of the entries of a kind, sorted.
    func digests(of kind: Kind) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory(of: kind).string)) ?? []
        return names.filter { $0.count == Digest.length && $0.allSatisfy(\.isHexDigit) }.sorted()
    }
}
