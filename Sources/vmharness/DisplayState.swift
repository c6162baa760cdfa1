import RunRecord
import Runner

/// What a live display knows of a run: its cells, and what was told of them.
struct DisplayState: Sendable {
    /// The cells that share a place in the matrix: one, or the repetitions of one.
    struct Slot: Sendable {
        let row: String
        let column: String
        /// Indexes into the cells, in their order.
        var cells: [Int]
    }

    /// In the order of the record.
    private(set) var cells: [DisplayCell] = []
    /// In the order in which their first cells come.
    private(set) var slots: [Slot] = []
    /// The rows of the matrix, each with its slots by column.
    private(set) var rows: [(name: String, slots: [String: Int])] = []
    /// The columns on a terminal that the longest name of a row takes.
    private(set) var widestRow = 0
    /// The columns of the matrix.
    private(set) var columns: [String] = []
    /// What is being prepared for all cells; nil once guests run.
    private(set) var preparing: String?

    private var indexes: [String: Int] = [:]
    private var slotOfCell: [Int] = []
    private var rowIndexes: [String: Int] = [:]

    init(_ cells: [DisplayCell]) {
        for cell in cells where indexes[cell.id] == nil { _ = add(cell) }
    }

    /// Takes what was told.
    ///
    /// - Parameter now: seconds on the display's clock.
    mutating func apply(_ event: RunEvent, at now: Double) {
        if case .preparing(let what) = event {
            preparing = what
            return
        }
        guard let id = event.cell else { return }
        // What is tried again, or was thought of later, is shown like the others.
        let index = indexes[id] ?? add(DisplayCell(id: id, row: id, column: ""))
        switch event {
        case .preparing, .found, .unrestored: break
        case .cellStarted:
            preparing = nil
            cells[index].phase = .booting
            cells[index].began = now
            (cells[index].cases, cells[index].badCases) = (nil, 0)
            (cells[index].seconds, cells[index].reason) = (nil, nil)
        case .guestUp: cells[index].phase = .running("guest is up")
        case .stepStarted(_, let name):
            cells[index].phase = .running(name)
            cells[index].cases = nil
        case .casesPlanned(_, let total, let recorded): cells[index].cases = (total, recorded)
        case .caseStarted(_, let name): cells[index].phase = .running(name)
        case .caseEnded(_, let record):
            cells[index].cases?.recorded += 1
            if record.verdict.isBad { cells[index].badCases += 1 }
        case .freshGuest: cells[index].phase = .booting
        case .retrying:
            cells[index].phase = .booting
            (cells[index].cases, cells[index].badCases) = (nil, 0)
        case .climbing: cells[index].phase = .running("hangs, gathering evidence")
        case .kept: cells[index].phase = .running("kept")
        case .cellEnded(let record): end(index, record)
        }
    }

    /// Takes how many seconds cells took in the past, by their ids.
    mutating func expect(_ seconds: [String: Double]) {
        for (id, seconds) in seconds {
            if let index = indexes[id] { cells[index].expected = seconds }
        }
    }

    /// The cells that share a slot.
    func cells(of slot: Slot) -> [DisplayCell] { slot.cells.map { cells[$0] } }

    private mutating func end(_ index: Int, _ record: CellRecord) {
        cells[index].phase = .ended(record.verdict)
        cells[index].seconds = record.seconds
        cells[index].reason = record.reason
        cells[index].cases = nil
        guard record.verdict != .error, record.verdict != .skip else { return }
        // Without a history, the first of several repetitions is one.
        for other in slots[slotOfCell[index]].cells where cells[other].expected == nil {
            cells[other].expected = record.seconds
        }
    }

    private mutating func add(_ cell: DisplayCell) -> Int {
        let index = cells.count
        cells.append(cell)
        indexes[cell.id] = index
        let row = rowIndexes[cell.row] ?? rows.count
        if row == rows.count {
            rows.append((cell.row, [:]))
            widestRow = max(widestRow, DisplayText.width(cell.row))
            rowIndexes[cell.row] = row
        }
        if let slot = rows[row].slots[cell.column] {
            slots[slot].cells.append(index)
            slotOfCell.append(slot)
        } else {
            rows[row].slots[cell.column] = slots.count
            slotOfCell.append(slots.count)
            if !columns.contains(cell.column) { columns.append(cell.column) }
            slots.append(Slot(row: cell.row, column: cell.column, cells: [index]))
        }
        return index
    }
}
