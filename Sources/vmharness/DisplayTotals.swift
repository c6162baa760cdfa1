import RunRecord

/// A run in numbers, at one moment.
struct DisplayTotals: Sendable {
    let total: Int
    private(set) var waiting = 0
    private(set) var running = 0
    private(set) var ended: [Verdict: Int] = [:]
    /// About how many seconds until all have ended; nil if a cell is left of which nobody knows how long it takes.
    private(set) var remaining: Double?

    /// - Parameter now: seconds on the display's clock.
    init(_ cells: [DisplayCell], at now: Double) {
        total = cells.count
        var work = 0.0
        var longest = 0.0
        var isKnown = true
        for cell in cells {
            switch cell.phase {
            case .ended(let verdict):
                ended[verdict, default: 0] += 1
                continue
            case .waiting: waiting += 1
            case .booting, .running: running += 1
            }
            guard let expected = cell.expected else {
                isKnown = false
                continue
            }
            let left = max(0, expected - (cell.began.map { now - $0 } ?? 0))
            work += left
            longest = max(longest, left)
        }
        // Those that run now are as many as will run at a time.
        let end = max(longest, work / Double(max(running, 1)))
        remaining = isKnown && end >= 1 ? end : nil
    }

    var done: Int { ended.values.reduce(0, +) }

    /// How many somebody has to look at.
    var bad: Int { ended.reduce(0) { $0 + ($1.key.isBad ? $1.value : 0) } }
}
