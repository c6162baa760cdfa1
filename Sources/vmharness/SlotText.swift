import RunRecord

/// The words for one place in the matrix, at one moment.
struct SlotText {
    /// What is shown first where not all can be.
    enum Rank: Int, Comparable {
        case running, bad, waiting, good

        static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    let rank: Rank
    /// One column.
    let glyph: String
    let style: Terminal.Style?
    /// At most eight columns.
    let word: String
    /// Of repetitions, how many have ended, and how many of those failed; empty for a single cell.
    let count: String
    /// How long it took, takes and is expected to take.
    let time: String
    /// The same in fewer columns.
    let shortTime: String
    /// What goes on in it, or why it failed; may be empty.
    let activity: String

    /// - Parameters:
    ///   - cells: one, or the repetitions of one.
    ///   - now: seconds on the display's clock.
    init(_ cells: [DisplayCell], at now: Double) {
        let verdicts = cells.compactMap(\.verdict)
        let running = cells.filter(\.isRunning)
        let bad = verdicts.count(where: \.isBad)
        let shown = running.first ?? (cells.count == 1 ? cells[0] : nil)
        rank = Self.rank(cells)
        switch rank {
        case .running: (glyph, style, word) = ("●", .bold, running[0].phase == .booting ? "booting" : "running")
        case .waiting: (glyph, style, word) = ("·", .dim, "waiting")
        case .bad, .good:
            let verdict = Verdict.over(verdicts)
            word = verdict.rawValue.uppercased()
            (glyph, style) = Self.look(verdict)
        }
        count = cells.count == 1 ? "" : "\(verdicts.count)/\(cells.count)" + (bad == 0 ? "" : " \(bad)✗")
        activity = shown?.activity ?? (bad == 0 ? nil : cells.last { $0.reason != nil }?.reason) ?? ""
        (time, shortTime) = Self.times(shown, of: cells, at: now)
    }

    /// What a place is shown for, without its words.
    static func rank(_ cells: [DisplayCell]) -> Rank {
        if cells.contains(where: \.isRunning) { return .running }
        if cells.contains(where: { $0.verdict == nil }) { return .waiting }
        return Verdict.over(cells.compactMap(\.verdict)).isBad ? .bad : .good
    }

    private static func times(
        _ shown: DisplayCell?, of cells: [DisplayCell], at now: Double
    ) -> (String, String) {
        let expected = shown?.expected.map(DisplayText.time)
        guard let shown else {
            let spent = cells.compactMap(\.seconds).reduce(0, +)
            return spent == 0 ? ("", "") : (DisplayText.time(spent), DisplayText.time(spent))
        }
        if let seconds = shown.seconds { return (DisplayText.time(seconds), DisplayText.time(seconds)) }
        guard let began = shown.began, shown.isRunning else {
            return expected.map { ("~\($0)", "~\($0)") } ?? ("", "")
        }
        let elapsed = DisplayText.time(now - began)
        return (elapsed + (expected.map { " of ~\($0)" } ?? ""), elapsed)
    }

    private static func look(_ verdict: Verdict) -> (String, Terminal.Style) {
        switch verdict {
        case .pass: ("✓", .green)
        case .known: ("≈", .green)
        case .fail: ("✗", .red)
        case .flaky: ("~", .red)
        case .skip: ("-", .yellow)
        case .error: ("!", .yellow)
        }
    }

    /// What comes after the word.
    var details: String { Self.words(count, activity) }

    private static func words(_ words: String...) -> String { words.filter { !$0.isEmpty }.joined(separator: " ") }

    /// In exactly so many columns: what does not fit is left out, the least important first.
    func line(_ columns: Int) -> DisplayLine {
        // Whoever reads what a guest does knows that it runs.
        let what = Self.words(count, rank == .running && !activity.isEmpty ? "" : word, activity)
        var line = DisplayLine("\(glyph) ", style)
        let room = max(0, columns - 2)
        let left = room - DisplayText.width(shortTime) - 1
        let fitting = [Self.words(what, time), Self.words(what, shortTime)].first { DisplayText.width($0) <= room }
        // Of a long activity its beginning says most; below a few columns it says nothing.
        let text = fitting ?? Self.words(left < 8 ? word : DisplayText.fitted(what, left), shortTime)
        line.append(DisplayText.filled(text, room), style)
        return line
    }
}
