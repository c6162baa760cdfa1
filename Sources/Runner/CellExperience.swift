import RunRecord

/// What cells took of the host, in earlier runs and so far in this one.
struct CellExperience: Sendable {
    private var costs: [CellCost.Shape: [CellCost]] = [:]

    /// So many are remembered of a shape.
    private static let mostRemembered = 200

    /// - Parameters:
    ///   - cells: those that are to run.
    ///   - past: what cells like one took before.
    init(_ cells: [PreparedCell], _ past: (PreparedCell) -> [CellCost]) {
        var asked: [CellCost.Shape: Set<String>] = [:]
        var seen = Set<CellCost>()
        for cell in cells where asked[cell.shape, default: []].insert(cell.cell.testedKernel).inserted {
            for cost in past(cell) where seen.insert(cost).inserted { costs[cost.shape, default: []].append(cost) }
        }
    }

    /// A cell with what it is expected to take.
    ///
    /// - Throws: `Failure` for a device-dax node that is none any more.
    func entry(_ cell: PreparedCell) throws -> WaitingCells<PreparedCell>.Entry {
        let forecast = cell.forecast(from: costs[cell.shape] ?? [])
        var need = try CellNeed(cell, forecast)
        // It is skipped without a guest.
        if cell.lack != nil { need = CellNeed(memory: 0, cores: 0) }
        return WaitingCells<PreparedCell>.Entry(cell: cell, forecast: forecast, need: need)
    }

    /// Takes what a cell has taken into account for those like it that wait.
    mutating func learn(_ record: CellRecord, _ waiting: inout WaitingCells<PreparedCell>) {
        guard let cost = CellCost(record) else { return }
        // The newest count.
        costs[cost.shape, default: []].insert(cost, at: 0)
        if costs[cost.shape]!.count > Self.mostRemembered { costs[cost.shape]!.removeLast() }
        let known = costs[cost.shape]!
        waiting.refresh { entry in
            guard entry.cell.shape == cost.shape, entry.cell.lack == nil else { return }
            entry.forecast = entry.cell.forecast(from: known)
            entry.need = (try? CellNeed(entry.cell, entry.forecast)) ?? entry.need
        }
    }
}
