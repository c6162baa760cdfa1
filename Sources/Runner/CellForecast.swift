public import Machine
public import RunRecord
import TestPlan

/// What a cell will take, by what its like took: those of the same plan in the same guest, on the same kernel with the
/// same parameters, or else on the same kernel, or else on any.
public struct CellForecast: Sendable, Hashable {
    /// Seconds, the median; nil if nothing like it ever ran.
    public var seconds: Double?
    /// Bytes of memory at most, the largest so far; nil if it was never measured.
    public var memory: Int?
    /// CPUs kept busy, the median; nil if it was never measured.
    public var cores: Double?

    /// Nothing is known.
    public init() {}

    /// - Parameters:
    ///   - shape: the cell's plan and guest.
    ///   - kernel: the kernel that its results will be about.
    ///   - parameters: the values of the plan's parameters.
    ///   - costs: what other cells took, in any order.
    public init(_ shape: CellCost.Shape, kernel: String, parameters: [String: String], from costs: [CellCost]) {
        let alike = costs.filter { $0.shape == shape }
        let onKernel = alike.filter { $0.kernel == kernel }
        let same = onKernel.filter { $0.parameters == parameters }
        self = Self(over: same).completed(by: Self(over: onKernel)).completed(by: Self(over: alike))
    }

    /// By all of these.
    init(over costs: [CellCost]) {
        seconds = Self.median(costs.map(\.seconds))
        memory = costs.compactMap(\.peakMemory).max()
        cores = Self.median(costs.compactMap(\.cores))
    }

    /// With what another knows where this one knows nothing.
    func completed(by other: CellForecast) -> CellForecast {
        var forecast = self
        forecast.seconds = seconds ?? other.seconds
        forecast.memory = memory ?? other.memory
        forecast.cores = cores ?? other.cores
        return forecast
    }

    private static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
}

extension PreparedCell {
    /// What is asked of the past.
    public var shape: CellCost.Shape { cell.shape(on: accelerator.accelerator) }

    /// What the cell will take.
    public func forecast(from costs: [CellCost]) -> CellForecast {
        cell.forecast(on: accelerator.accelerator, from: costs)
    }
}

extension Cell {
    /// What is asked of the past, where it runs with an accelerator.
    func shape(on accelerator: Machine.Accelerator) -> CellCost.Shape {
        CellCost.Shape(
            plan: plan.name, accelerator: accelerator.rawValue, guestMemory: plan.guest.memory.bytes,
            cpus: plan.guest.cpus)
    }

    /// What it will take with an accelerator, by what other cells took.
    public func forecast(on accelerator: Machine.Accelerator, from costs: [CellCost]) -> CellForecast {
        CellForecast(shape(on: accelerator), kernel: testedKernel, parameters: plan.values, from: costs)
    }
}
