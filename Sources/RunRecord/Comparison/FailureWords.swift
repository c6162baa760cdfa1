/// What cells failed with: each failure once, with how many cells had it and where the first has it.
public struct FailureWords: Sendable, Hashable {
    /// A failure.
    public struct Entry: Sendable, Hashable, Codable {
        /// The finding's title, where the source is known with its place there.
        public var title: String
        /// How many cells had it.
        public var cells: Int
        /// The file and line of the first, relative to the run's directory; nil if it has none.
        public var place: String?
    }

    /// The failures, those of most cells first.
    public let entries: [Entry]

    /// The failures of cells.
    public init(_ cells: [CellRecord]) {
        var entries: [(key: String, entry: Entry)] = []
        for cell in cells {
            var seen = Set<String>()
            for finding in cell.findings where finding.severity == .failure {
                let key = Fingerprint(of: finding).description
                guard seen.insert(key).inserted else { continue }
                if let at = entries.firstIndex(where: { $0.key == key }) {
                    entries[at].entry.cells += 1
                } else {
                    let title = finding.title + (finding.location.map { " at \($0)" } ?? "")
                    let place = finding.place.map { "\(cell.directory)/\($0.file):\($0.line)" }
                    entries.append((key, Entry(title: title, cells: 1, place: place)))
                }
            }
        }
        let ordered = entries.enumerated().sorted { one, other in
            let (a, b) = (one.element.entry.cells, other.element.entry.cells)
            return a == b ? one.offset < other.offset : a > b
        }
        self.entries = ordered.map(\.element.entry)
    }

    /// The failures in lines, at most a few.
    ///
    /// - Parameter indent: before each.
    public func lines(indent: String, most: Int = 5) -> [String] {
        let shown = entries.prefix(most).flatMap { entry in
            ["\(indent)\(entry.cells > 1 ? "\(entry.cells) times " : "")\(entry.title)"]
                + (entry.place.map { ["\(indent)  \($0)"] } ?? [])
        }
        return shown + (entries.count > most ? ["\(indent)and \(entries.count - most) more"] : [])
    }
}
