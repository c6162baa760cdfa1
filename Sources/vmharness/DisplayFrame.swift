import RunRecord

/// A live display at one moment, as lines that fit a terminal: a matrix of plans and kernels where it has several of
/// both and room for them, else a list, and the totals below.
struct DisplayFrame {
    /// None is as wide as the terminal, and all of them are fewer than it has lines.
    let lines: [DisplayLine]

    /// Columns that a place in the matrix must have at least, with those between.
    private static let leastColumn = 16
    private static let mostColumn = 40

    /// - Parameters:
    ///   - now: seconds on the display's clock, which began with the run.
    ///   - width: the terminal's columns.
    ///   - height: the terminal's lines.
    init(_ state: DisplayState, at now: Double, width: Int, height: Int) {
        // The last column stays empty, since terminals differ in what is after it, and so does the cursor's line.
        let width = max(1, width - 1)
        let totals = Self.totals(state, at: now)
        let room = height - 1 - totals.count
        let names = min(state.widestRow, max(12, width / 3))
        let column = state.columns.isEmpty ? 0 : (width - names - 2) / state.columns.count
        let body =
            state.rows.count > 1 && state.columns.count > 1 && column >= Self.leastColumn && room >= 3
            ? Self.matrix(state, at: now, names: names, column: min(column, Self.mostColumn), room: room)
            : Self.list(state, at: now, width: width, room: room)
        lines = (body + totals).suffix(max(0, height - 1)).map { $0.fitted(width).trimmed }
    }

    // MARK: The matrix

    private static func matrix(
        _ state: DisplayState, at now: Double, names: Int, column: Int, room: Int
    ) -> [DisplayLine] {
        var header = DisplayLine(DisplayText.filled("", names + 2))
        for kernel in state.columns { header.append(DisplayText.filled(kernel, column - 2) + "  ", .bold) }
        func cells(_ slot: Int) -> [DisplayCell] { state.cells(of: state.slots[slot]) }
        let (shown, hidden) = chosen(state.rows, room: room - 1) { row in
            row.slots.values.map { SlotText.rank(cells($0)) }.min() ?? .good
        }
        let lines = shown.map { row in
            var line = DisplayLine(DisplayText.filled(row.name, names) + "  ")
            for kernel in state.columns {
                let text = row.slots[kernel].map { SlotText(cells($0), at: now).line(column - 2) }
                line.append(text ?? DisplayLine(DisplayText.filled("", column - 2)))
                line.append("  ")
            }
            return line
        }
        return [header] + lines + rest(hidden.flatMap { $0.slots.values }, "rows", hidden.count, state)
    }

    // MARK: The list

    private static func list(_ state: DisplayState, at now: Double, width: Int, room: Int) -> [DisplayLine] {
        let (chosen, hidden) = chosen(state.slots, room: room) { SlotText.rank(state.cells(of: $0)) }
        let shown = chosen.map { slot in (slot: slot, text: SlotText(state.cells(of: slot), at: now)) }
        let kernels = min(shown.map { DisplayText.width($0.slot.column) }.max() ?? 0, max(8, width / 4))
        let times = shown.map { DisplayText.width($0.text.time) }.max() ?? 0
        // The verdict takes ten columns; what a guest does is worth as many as a name.
        let left = width - 10 - kernels - times - 6
        let names = min(shown.map { DisplayText.width($0.slot.row) }.max() ?? 0, max(12, left - 24))
        let lines = shown.map { slot, text in
            var line = DisplayLine("\(text.glyph) \(DisplayText.filled(text.word, 8))", text.style)
            line.append(DisplayText.filled(slot.row, names) + "  " + DisplayText.filled(slot.column, kernels) + "  ")
            line.append(DisplayText.filled(text.time, times) + "  ")
            line.append(DisplayText.fitted(text.details, max(0, left - names)), .dim)
            return line
        }
        return lines + rest(hidden.flatMap(\.cells), state)
    }

    // MARK: What does not fit

    /// The elements that are shown, in their order, and those that are not. With those left out goes a line for them.
    private static func chosen<Element>(
        _ elements: [Element], room: Int, rank: (Element) -> SlotText.Rank
    ) -> (shown: [Element], hidden: [Element]) {
        guard elements.count > room else { return (elements, []) }
        let ranks = elements.map(rank)
        // Those that began later may matter more, but what moves about cannot be read.
        let order = elements.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
        let shown = Set(order.prefix(max(0, room - 1)))
        return (
            elements.indices.filter(shown.contains).map { elements[$0] },
            elements.indices.filter { !shown.contains($0) }.map { elements[$0] }
        )
    }

    private static func rest(
        _ slots: [Int], _ what: String, _ count: Int, _ state: DisplayState
    ) -> [DisplayLine] {
        guard count > 0 else { return [] }
        let cells = slots.flatMap { state.slots[$0].cells }
        return [DisplayLine("… and \(count) more \(what): \(Self.count(cells, state))", .dim)]
    }

    private static func rest(_ cells: [Int], _ state: DisplayState) -> [DisplayLine] {
        cells.isEmpty ? [] : [DisplayLine("… and \(cells.count) more: \(count(cells, state))", .dim)]
    }

    private static func count(_ cells: [Int], _ state: DisplayState) -> String {
        let totals = DisplayTotals(cells.map { state.cells[$0] }, at: 0)
        let ended = Verdict.allCases.compactMap { verdict in totals.ended[verdict].map { "\($0) \(verdict.rawValue)" } }
        let others = [(totals.running, "running"), (totals.waiting, "waiting")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)" }
        return (others + ended).joined(separator: ", ")
    }

    // MARK: The totals

    private static func totals(_ state: DisplayState, at now: Double) -> [DisplayLine] {
        let totals = DisplayTotals(state.cells, at: now)
        var line = DisplayLine("\(totals.done) of \(totals.total) done", .bold)
        line.append(", ")
        line.append("\(totals.bad) failed", totals.bad == 0 ? nil : .red)
        line.append(", \(DisplayText.time(now)) elapsed")
        if let remaining = totals.remaining { line.append(", about \(DisplayText.time(remaining)) left") }
        if let preparing = state.preparing { line.append(", \(preparing)", .dim) }
        return [line]
    }
}
