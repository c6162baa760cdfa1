import RunRecord
import TestPlan

/// What cells took of the host, in earlier runs and so far in this one.
struct CellExperience: Sendable {
    /// What cells have in common that get one forecast.
    private struct Likeness: Hashable {
        var shape: CellCost.Shape
        var kernel: String
        var parameters: [String: String]
    }

    private var costs: [CellCost.Shape: [CellCost]] = [:]
    private var tables: [CellCost.Shape: ForecastTable]
    /// Each of the cells' once; an entry has the number of its own.
    private var likenesses: [Likeness] = []
    private var numbers: [Likeness: Int] = [:]

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
        tables = costs.mapValues { ForecastTable($0) }
    }

    /// A cell with what it is expected to take.
    ///
    /// - Throws: `Failure` for a device-dax node that is none any more.
    mutating func entry(_ cell: PreparedCell) throws -> WaitingCells<PreparedCell>.Entry {
        let likeness = Likeness(shape: cell.shape, kernel: cell.cell.testedKernel, parameters: cell.cell.plan.values)
        let number = numbers[likeness] ?? likenesses.count
        if number == likenesses.count {
            numbers[likeness] = number
            likenesses.append(likeness)
        }
        let forecast =
            tables[likeness.shape]?.forecast(kernel: likeness.kernel, parameters: likeness.parameters)
            ?? CellForecast()
        var need = try CellNeed(cell, forecast)
        // It is skipped without a guest.
        if cell.lack != nil { need = CellNeed(memory: 0, cores: 0) }
        return WaitingCells<PreparedCell>.Entry(cell: cell, forecast: forecast, need: need, likeness: number)
    }

    /// Takes what a cell has taken into account for those like it that wait. Nothing else is done meanwhile, so what is
    /// done for each of them is little.
    mutating func learn(_ record: CellRecord, _ waiting: inout WaitingCells<PreparedCell>) {
        guard let cost = CellCost(record) else { return }
        // The newest count.
        costs[cost.shape, default: []].insert(cost, at: 0)
        if costs[cost.shape]!.count > Self.mostRemembered { costs[cost.shape]!.removeLast() }
        let table = ForecastTable(costs[cost.shape]!)
        tables[cost.shape] = table
        let forecasts = likenesses.map { likeness in
            likeness.shape == cost.shape
                ? table.forecast(kernel: likeness.kernel, parameters: likeness.parameters) : nil
        }
        waiting.refresh { entry in
            guard let forecast = forecasts[entry.likeness], forecast != entry.forecast, entry.cell.lack == nil else {
                return
            }
            entry.forecast = forecast
            entry.need = (try? CellNeed(entry.cell, forecast)) ?? entry.need
        }
    }
}
