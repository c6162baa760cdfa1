import HostProcess
public import TestPlan

/// The cases of a tree that a request asks for, as `check` would choose them from the tree's `group.list` files. `check
/// -n` does the same in minutes on an emulated CPU, with a process or more a case.
public struct CaseSelection: Sendable, Hashable {
    /// The names in `check`'s order.
    public let cases: [String]
    /// Those that the request leaves out by name.
    public let excluded: [String]

    /// Cases of one directory below `tests`, in the file's order.
    private typealias Collection = [(name: String, groups: Set<Substring>)]

    /// - Parameters:
    ///   - request: what is asked for.
    ///   - filesystem: the section's, whose own directory of cases belongs to each group.
    ///   - groupLists: the text of `tests/DIRECTORY/group.list`, by directory.
    /// - Throws: `Failure` for cases and groups that the tree has not, and where nothing is left.
    public init(
        _ request: FstestsRequest, on filesystem: FstestsRequest.Filesystem, groupLists: [String: String]
    ) throws {
        let collections = groupLists.mapValues(Self.read)
        var chosen: Set<String> = []
        var unknown: [String] = []
        for pattern in request.tests {
            let found = Self.named(pattern, in: collections)
            if found.isEmpty { unknown.append(pattern) }
            chosen.formUnion(found)
        }
        guard unknown.isEmpty else {
            throw Failure(
                "the tree has no such case", on: unknown.joined(separator: ", "),
                advice: "its cases stand in tests/*/group.list", blame: .request)
        }
        for group in request.groups { chosen.formUnion(try Self.group(group, filesystem, collections)) }
        for group in request.excludedGroups { chosen.subtract(try Self.group(group, filesystem, collections)) }
        let excluded = chosen.intersection(
            Set(request.excludedTests.flatMap { Self.named($0, in: collections) }))
        let remaining = chosen.subtracting(excluded)
        guard !remaining.isEmpty else {
            throw Failure(
                "no case is left to run", on: "fstests on \(filesystem.rawValue)",
                advice: "look at `tests`, `groups` and what is left out", blame: .request)
        }
        // `sort` in the C locale.
        cases = remaining.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        self.excluded = excluded.sorted()
    }

    /// `001 auto quick  # why`.
    private static func read(_ text: String) -> Collection {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.prefix { $0 != "#" }.split(separator: " ")
            guard let name = words.first, CaseName.isName("x/\(name)") else { return nil }
            return (String(name), Set(words.dropFirst()))
        }
    }

    /// The cases of a name: itself, one that has words behind its number (`generic/999-the-mark`), or all that a
    /// pattern with `*` and `?` stands for.
    private static func named(_ pattern: String, in collections: [String: Collection]) -> [String] {
        let parts = pattern.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return [] }
        return collections.filter { Self.matches($0.key[...], parts[0][...]) }.flatMap { directory, cases in
            let exact = cases.filter { matches($0.name[...], parts[1][...]) }
            let found = exact.isEmpty ? cases.filter { $0.name.hasPrefix(parts[1] + "-") } : exact
            return found.map { "\(directory)/\($0.name)" }
        }
    }

    /// The cases of a group: `quick`, `xfs/quick`, `all`.
    private static func group(
        _ group: String, _ filesystem: FstestsRequest.Filesystem, _ collections: [String: Collection]
    ) throws -> [String] {
        let parts = group.split(separator: "/", maxSplits: 1).map(String.init)
        let own: String =
            switch filesystem {
            case .ext2, .ext3: "ext4"
            default: filesystem.rawValue
            }
        let directories = parts.count == 2 ? [parts[0]] : ["generic", own]
        let name = parts.last ?? ""
        let found = directories.flatMap { directory in
            (collections[directory] ?? []).filter { name == "all" || $0.groups.contains(name[...]) }
                .map { "\(directory)/\($0.name)" }
        }
        guard !found.isEmpty else {
            throw Failure(
                "the tree has no such group for \(filesystem.rawValue)", on: group,
                advice: "fstests' doc/group-names.txt has them all; DIRECTORY/GROUP names one directory's",
                blame: .request)
        }
        return found
    }

    /// Whether a name fits a pattern with `*` and `?`.
    private static func matches(_ name: Substring, _ pattern: Substring) -> Bool {
        var name = name
        var pattern = pattern
        var retry: (name: Substring, pattern: Substring)?
        while true {
            if pattern.first == "*" {
                pattern = pattern.dropFirst()
                retry = (name, pattern)
            } else if let character = name.first {
                if let wanted = pattern.first, wanted == "?" || wanted == character {
                    pattern = pattern.dropFirst()
                    name = name.dropFirst()
                } else if let last = retry, !last.name.isEmpty {
                    retry = (last.name.dropFirst(), last.pattern)
                    (name, pattern) = (last.name.dropFirst(), last.pattern)
                } else {
                    return false
                }
            } else {
                return pattern.isEmpty
            }
        }
    }
}
