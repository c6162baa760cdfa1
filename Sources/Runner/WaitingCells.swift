/// The cells that have not started, in the order in which they are to.
struct WaitingCells<Cell: Sendable>: Sendable {
    /// A cell that waits.
    struct Entry: Sendable {
        var cell: Cell
        var forecast: CellForecast
        var need: CellNeed
        /// Equal for cells that have the same forecast.
        var likeness = 0
        /// How many that stand behind it have started before it.
        var passed = 0
    }

    private(set) var entries: [Entry]

    /// One that was passed by so many is passed by no more: what is large gets its turn. What waits for a thing of which
    /// there is one waits for its holder alone.
    static var mostPassed: Int { 16 }

    /// - Parameters:
    ///   - cells: in the order in which they were asked for.
    ///   - order: in which they are to start.
    init(_ cells: [Entry], order: Schedule.Order) {
        entries = order == .given ? cells : Self.longestFirst(cells)
    }

    /// Those that are expected to take longest, first: a run then ends without one that has all of its time before it
    /// when the others are done. What nobody knows may be the longest, so it begins; a plan that ran elsewhere is no
    /// such case, since its forecast is then that of its other kernels. Equals stay in their order.
    private static func longestFirst(_ cells: [Entry]) -> [Entry] {
        cells.enumerated().sorted { one, other in
            let (first, second) = (
                one.element.forecast.seconds ?? .infinity, other.element.forecast.seconds ?? .infinity
            )
            return first == second ? one.offset < other.offset : first > second
        }.map(\.element)
    }

    /// Takes out the first that may start.
    ///
    /// - Parameter obstacle: what is in a cell's way; nil if nothing is.
    /// - Returns: nil if none may, with what is in the way of the first.
    mutating func next(_ obstacle: (CellNeed) -> Admission.Obstacle?) -> (entry: Entry?, obstacle: Admission.Obstacle?)
    {
        var first: Admission.Obstacle?
        for index in entries.indices {
            guard let found = obstacle(entries[index].need) else {
                for before in entries[..<index].indices { entries[before].passed += 1 }
                return (entries.remove(at: index), nil)
            }
            first = first ?? found
            // Nobody passes where nobody may start, and nobody passes for ever.
            if found == .jobs { break }
            if case .exclusive = found { continue }
            if entries[index].passed >= Self.mostPassed { break }
        }
        return (nil, first)
    }

    /// Takes new experience into account.
    mutating func refresh(_ change: (inout Entry) -> Void) {
        for index in entries.indices { change(&entries[index]) }
    }

    /// Takes out the first, whatever is in its way.
    mutating func drop() -> Entry { entries.removeFirst() }
}
