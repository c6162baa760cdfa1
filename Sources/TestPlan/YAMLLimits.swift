/// How much of a YAML file is read before it is refused. Plans come from other people's branches.
public struct YAMLLimits: Sendable, Hashable {
    /// The largest file in bytes.
    public var bytes: Int
    /// The deepest nesting of lists and mappings.
    public var nesting: Int
    /// The most scalars, lists and mappings together, keys included.
    public var nodes: Int

    /// Creates limits; the defaults are 1 MiB, 32 levels and 10 000 nodes.
    public init(bytes: Int = 1 << 20, nesting: Int = 32, nodes: Int = 10_000) {
        self.bytes = bytes
        self.nesting = nesting
        self.nodes = nodes
    }
}
