/// A call on a stack, and where it stands in the sources.
public struct SourceFrame: Sendable, Hashable, Codable {
    /// The function.
    public var function: String
    /// The module it belongs to; nil for the kernel itself.
    public var module: String?
    /// `file:line` below the top of the kernel's sources; nil if unknown.
    public var location: String?
    /// The compiler put it into its caller, the next that is not inlined.
    public var isInlined: Bool

    /// A call.
    public init(function: String, module: String? = nil, location: String? = nil, isInlined: Bool = false) {
        self.function = function
        self.module = module
        self.location = location
        self.isInlined = isInlined
    }
}
