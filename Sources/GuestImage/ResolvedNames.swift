import Foundation
import HostProcess
import SystemPackage

/// What kernel names meant in an index: a name that was looked up in the very
/// same index before needs no apt, which takes longer than all else that a
/// warm start does.
struct ResolvedNames: Sendable {
    private struct Entry: Codable {
        var index: String
        var digest: String
    }

    private let file: FilePath

    init(cache: Cache) {
        file = cache.root.appending("apt").appending("resolved.json")
    }

    /// The digest that the name had in this index; nil if it was not asked for yet.
    func digest(of name: String, in index: String) -> String? {
        guard let entry = entries[name], entry.index == index else { return nil }
        return entry.digest
    }

    /// Remembers a digest. Two runs at once may forget each other's; a lost
    /// entry costs one look-up.
    func remember(_ digest: String, of name: String, in index: String) {
        // What another index said is of no more use.
        var entries = entries.filter { $0.value.index == index }
        entries[name] = Entry(index: index, digest: digest)
        guard let data = try? JSONEncoder().encode(entries) else { return }
        try? data.write(to: URL(filePath: file.string), options: .atomic)
    }

    private var entries: [String: Entry] {
        guard let bytes = try? BoundedRead.bytes(of: file, limit: 1 << 20) else { return [:] }
        return (try? JSONDecoder().decode([String: Entry].self, from: Data(bytes))) ?? [:]
    }
}
