/// A place in a text file, as an editor counts: the first character of a file is at line 1, column 1.
///
/// Columns count Unicode scalars, not bytes and not what a terminal shows, because that is what libyaml's marks count.
public struct SourceLocation: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The file, spelled as the caller spelled it.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The column in Unicode scalars, from 1.
    public let column: Int

    /// Creates a location; `line` and `column` below 1 are taken as 1.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = max(1, line)
        self.column = max(1, column)
    }

    /// `file:line:column`, the form which editors and CI annotations open.
    public var description: String { "\(file):\(line):\(column)" }
}
