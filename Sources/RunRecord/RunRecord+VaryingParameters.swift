extension RunRecord {
    /// The parameters in whose values the cells of a plan differ, by plan. A parameter that only some of them have is one.
    public var varyingParameters: [String: Set<String>] {
        var values: [String: [String: Set<String?>]] = [:]
        for cell in cells {
            for key in cell.parameters.keys { values[cell.plan, default: [:]][key] = [] }
        }
        for cell in cells {
            for key in values[cell.plan, default: [:]].keys {
                values[cell.plan]![key]!.insert(cell.parameters[key])
            }
        }
        return values.mapValues { keys in Set(keys.filter { $0.value.count > 1 }.keys) }
    }
}
