/// A value of a YAML file which knows where it stands.
///
/// Scalars are text: what they mean (a number, a size, a choice) is decided by whoever asks, not by YAML's guesses, so
/// `version: 6.10` stays `6.10` and `no` stays `no`.
public struct LocatedNode: Sendable, Hashable {
    /// The three kinds of YAML value.
    public enum Content: Sendable, Hashable {
        /// Text. `isPlain` tells `~` from `"~"`: plain text may be null, quoted text never is.
        case scalar(String, isPlain: Bool)
        /// A list.
        case sequence([LocatedNode])
        /// Key and value pairs in the order of the file, without duplicate keys.
        case mapping([Entry])
    }

    /// One key with its value.
    public struct Entry: Sendable, Hashable {
        /// The key.
        public let key: String
        /// Where the key stands.
        public let location: SourceLocation
        /// Its value.
        public var value: LocatedNode

        /// Creates an entry.
        public init(key: String, location: SourceLocation, value: LocatedNode) {
            self.key = key
            self.location = location
            self.value = value
        }
    }

    /// Where the value begins.
    public let location: SourceLocation
    /// The value.
    public var content: Content

    /// Creates a node.
    public init(location: SourceLocation, content: Content) {
        self.location = location
        self.content = content
    }

    /// Whether nothing was written: an empty value, `~` or `null`.
    public var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What the value is, for messages: `a list`, `nothing`, `'text'`.
    var summary: String {
        switch content {
        case .scalar(let text, _): isNull ? "nothing" : quoted(text)
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
