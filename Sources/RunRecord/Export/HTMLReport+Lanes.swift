import Foundation

extension HTMLReport {
    /// Guests on few lines, each line with those that came one after the other, so that many fit on one screen.
    ///
    /// - Parameters:
    ///   - bars: each guest with its cell's number.
    ///   - start: when the first began.
    ///   - end: when the last was gone, later than `start`.
    func lanes(_ bars: [(cell: Int, span: GuestSpan)], from start: Date, to end: Date) -> String {
        let shown = bars.prefix(Self.mostBars).sorted { $0.span.start < $1.span.start }
        var lanes: [(end: Date, bars: [String])] = []
        let whole = end.timeIntervalSince(start)
        func percent(_ seconds: TimeInterval) -> String {
            let hundredths = Int((max(0, min(1, seconds / whole)) * 10_000).rounded())
            return "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)%"
        }
        for (index, span) in shown {
            let cell = run.cells[index]
            let length = span.end.timeIntervalSince(span.start)
            let bar =
                "<a class=\"bar \(cell.weight.rawValue)\" href=\"#cell-\(index)\" "
                + "title=\"\(line(cell.id)), \(Self.seconds(length))\" "
                + "style=\"left:\(percent(span.start.timeIntervalSince(start)));width:\(percent(length))\"></a>"
            if let free = lanes.firstIndex(where: { $0.end <= span.start }) {
                lanes[free].bars.append(bar)
                lanes[free].end = span.end
            } else if lanes.count < Self.mostLanes {
                lanes.append((span.end, [bar]))
            }
        }
        // So wide that each can be hit; what is wide scrolls by itself.
        let longest = lanes.map(\.bars.count).max() ?? 0
        let lines = lanes.map { "<div class=\"lane\">\($0.bars.joined(separator: "\n"))</div>" }
        let rest = bars.count - lanes.map(\.bars.count).reduce(0, +)
        return "<div class=\"scroll\"><div class=\"lanes\" style=\"min-width:\(longest * 6)px\">"
            + "\(lines.joined(separator: "\n"))</div></div>"
            + (rest > 0 ? "<p><small>and \(rest) more guests, which had no room here</small></p>" : "")
    }

    /// The most guests on lanes.
    private static var mostBars: Int { 3000 }
    /// The most guests at the same time.
    private static var mostLanes: Int { 64 }
}
