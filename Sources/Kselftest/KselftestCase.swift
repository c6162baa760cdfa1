/// A test of an installed tree of kernel selftests, as `kselftest-list.txt` names it.
public struct KselftestCase: Sendable, Hashable {
    /// The directory that it lies in, below the tree's root: `timers`, `net/forwarding`.
    public let collection: String
    /// The program or script in that directory.
    public let test: String

    /// `timers:posix_timers`
    public var name: String { "\(collection):\(test)" }

    /// Where it lies, relative to the tree's root.
    public var path: String { "\(collection)/\(test)" }

    /// Bytes of a name at most.
    private static let longestName = 200

    /// Reads `COLLECTION:TEST`.
    ///
    /// - Returns: nil for what is no such name, or would lead out of the tree.
    public init?(_ name: some StringProtocol) {
        guard let colon = name.firstIndex(of: ":"), name.utf8.count <= Self.longestName else { return nil }
        collection = String(name[..<colon])
        test = String(name[name.index(after: colon)...])
        guard Self.isPath(collection), Self.isPath(test) else { return nil }
    }

    /// Relative, without a way up, and of what names of files are made of.
    private static func isPath(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.first != "." && part.first != "-"
            }
    }
}
