/// One line of a stack trace.
public struct Frame: Sendable, Hashable, Codable {
    /// The symbol without compiler suffixes being cut: `foo`, `foo.isra.0`.
    public var function: String
    /// Bytes from the start of the function; nil for inlined frames.
    public var offset: UInt64?
    /// The size of the function in bytes, when printed.
    public var size: UInt64?
    /// The module the function lives in; nil for the kernel itself.
    public var module: String?
    /// The unwinder only found the address on the stack (`? f`).
    public var isUnreliable: Bool
    /// The compiler put the function into its caller (symbolized logs only).
    public var isInlined: Bool

    /// Makes a frame.
    public init(
        function: String, offset: UInt64? = nil, size: UInt64? = nil, module: String? = nil, isUnreliable: Bool = false,
        isInlined: Bool = false
    ) {
        self.function = function
        self.offset = offset
        self.size = size
        self.module = module
        self.isUnreliable = isUnreliable
        self.isInlined = isInlined
    }
}
