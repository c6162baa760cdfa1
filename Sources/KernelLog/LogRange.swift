/// A place in a log: bytes and lines, the start inclusive and the end exclusive.
public struct LogRange: Sendable, Hashable, Codable {
    /// The offset of the first byte.
    public var startByte: Int
    /// The offset behind the last byte.
    public var endByte: Int
    /// The number of the first line, counted from 1.
    public var startLine: Int
    /// The number of the line behind the last one.
    public var endLine: Int

    /// Names a place in a log.
    public init(startByte: Int, endByte: Int, startLine: Int, endLine: Int) {
        self.startByte = startByte
        self.endByte = endByte
        self.startLine = startLine
        self.endLine = endLine
    }
}
