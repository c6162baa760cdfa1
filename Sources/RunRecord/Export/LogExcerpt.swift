/// Lines of a log around what a finding points to.
public struct LogExcerpt: Sendable, Hashable {
    /// The file, relative to the run's directory.
    public var file: String
    /// The number of the first line, from 1.
    public var firstLine: Int
    /// The lines, without their ends.
    public var lines: [String]
    /// Which of them the finding points to.
    public var marked: Range<Int>
    /// True if there is more of what it points to.
    public var isCut: Bool

    /// An excerpt.
    public init(file: String, firstLine: Int, lines: [String], marked: Range<Int>, isCut: Bool) {
        self.file = file
        self.firstLine = firstLine
        self.lines = lines
        self.marked = marked
        self.isCut = isCut
    }
}
