import Runner

/// The two sides of a comparison, and the cells of each.
struct ABSides: Sendable {
    /// The cells of each pair.
    let pairs: [(a: Cell, b: Cell)]
    /// The sides as they were named.
    let names: [String]

    /// - Parameters:
    ///   - a: a cell of the first side.
    ///   - b: one of the second.
    ///   - names: the sides as they were named.
    ///   - count: how many pairs there are at most.
    init(_ a: Cell, _ b: Cell, names: [String], count: Int) {
        func numbered(_ cell: Cell, _ number: Int) -> Cell {
            var cell = cell
            cell.repetition = number
            return cell
        }
        pairs = (1...count).map { (numbered(a, $0), numbered(b, $0)) }
        self.names = names
    }

    /// The cells in the order in which they run: A B, B A, A B, …, so that neither side has the warmer host.
    var cells: [Cell] {
        pairs.enumerated().flatMap { number, pair in
            number.isMultiple(of: 2) ? [pair.a, pair.b] : [pair.b, pair.a]
        }
    }
}
