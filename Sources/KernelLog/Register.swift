/// A register as the report printed it.
public struct Register: Sendable, Hashable, Codable {
    /// The name in the kernel's spelling: `RAX`, `x29`, `CR2`.
    public var name: String
    /// Its value.
    public var value: UInt64

    /// Names a register and its value.
    public init(name: String, value: UInt64) {
        self.name = name
        self.value = value
    }
}
