import RunRecord

/// The forecasts of all cells of one shape: the costs are gone through once, however many cells ask.
struct ForecastTable: Sendable {
    private struct Input: Hashable {
        var kernel: String
        var parameters: [String: String]
    }
    private var same: [Input: CellForecast]
    private var onKernel: [String: CellForecast]
    private var alike: CellForecast

    /// - Parameter costs: what cells of the shape took, in any order.
    init(_ costs: [CellCost]) {
        same = Dictionary(grouping: costs) { Input(kernel: $0.kernel, parameters: $0.parameters) }
            .mapValues { CellForecast(over: $0) }
        onKernel = Dictionary(grouping: costs, by: \.kernel).mapValues { CellForecast(over: $0) }
        alike = CellForecast(over: costs)
    }

    /// As `CellForecast.init` makes it of the same costs.
    func forecast(kernel: String, parameters: [String: String]) -> CellForecast {
        let nearest = same[Input(kernel: kernel, parameters: parameters)] ?? CellForecast()
        return nearest.completed(by: onKernel[kernel] ?? CellForecast()).completed(by: alike)
    }
}
