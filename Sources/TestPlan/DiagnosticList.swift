/// The problems found so far while a file is read.
///
/// A class, so that the readers of the parts of one file write into the same list; it is used by one task and then
/// turned into an ``InvalidFile``.
public final class DiagnosticList {
    /// How many problems are kept: more than this helps nobody, and a hostile file could have one in each line.
    public static let capacity = 100

    /// The problems in the order in which they were found.
    public private(set) var diagnostics: [Diagnostic] = []

    /// Creates an empty list.
    public init() {}

    /// Whether nothing was reported.
    public var isEmpty: Bool { diagnostics.isEmpty }

    /// Adds a problem, unless the list is full or has this problem already.
    public func report(_ message: String, at location: SourceLocation?, advice: String? = nil) {
        report(Diagnostic(location: location, message: message, advice: advice))
    }

    /// Adds a problem, unless the list is full or has this problem already.
    public func report(_ diagnostic: Diagnostic) {
        guard diagnostics.count < Self.capacity, !diagnostics.contains(diagnostic) else { return }
        diagnostics.append(diagnostic)
    }

    /// Throws what was reported, in the order of the file, or returns if nothing was. Files that the first one names
    /// come in the order in which they were read.
    public func throwIfAny() throws(InvalidFile) {
        guard !isEmpty else { return }
        var files: [String: Int] = [:]
        for file in diagnostics.compactMap({ $0.location?.file }) where files[file] == nil { files[file] = files.count }
        let inOrder = diagnostics.enumerated().sorted { left, right in
            let places = (left.element.location, right.element.location)
            if let first = places.0, let second = places.1, first.file != second.file {
                return files[first.file, default: 0] < files[second.file, default: 0]
            }
            guard let first = places.0, let second = places.1,
                (first.line, first.column) != (second.line, second.column)
            else {
                // Without a place of its own a problem keeps the order in which it was found, before the located ones.
                if (places.0 == nil) != (places.1 == nil) { return places.0 == nil }
                return left.offset < right.offset
            }
            return (first.line, first.column) < (second.line, second.column)
        }
        throw InvalidFile(diagnostics: inOrder.map(\.element))
    }
}
