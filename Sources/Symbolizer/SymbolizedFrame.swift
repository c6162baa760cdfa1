public import KernelLog

/// A stack frame and where it stands in the sources.
///
/// In JSON it is the frame's object with one more member, `location`.
public struct SymbolizedFrame: Sendable, Hashable, Codable {
    /// The frame as the log shows it, or one that the compiler had put into its caller: that has a name
    /// and `isInlined`, and stands before the frame it is part of.
    public var frame: Frame
    /// File and line below the top of the kernel's sources, such as `mm/page_alloc.c:5634`; the path as the
    /// compiler had it for what lies elsewhere; nil if unknown.
    public var location: String?

    /// True if the compiler put the function into its caller.
    public var isInlined: Bool { frame.isInlined }

    /// Makes a frame.
    public init(frame: Frame, location: String? = nil) {
        self.frame = frame
        self.location = location
    }

    private enum Key: String, CodingKey {
        case location
    }

    /// Reads a frame with its location.
    public init(from decoder: any Decoder) throws {
        frame = try Frame(from: decoder)
        location = try decoder.container(keyedBy: Key.self).decodeIfPresent(String.self, forKey: .location)
    }

    /// Writes the frame with its location.
    public func encode(to encoder: any Encoder) throws {
        try frame.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(location, forKey: .location)
    }
}
