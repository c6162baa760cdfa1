extension TestPlan {
    /// The settings with which the plan runs, one cell each: every combination of the values of its parameters.
    ///
    /// - Parameter settings: the values that are set; such a parameter does not vary.
    /// - Returns: `settings` alone if no parameter varies.
    public func combinations(settings: [String: String]) -> [[String: String]] {
        parameters.filter { $0.values.count > 1 && settings[$0.name] == nil }
            .reduce([settings]) { combinations, parameter in
                combinations.flatMap { combination in
                    parameter.values.map { combination.merging([parameter.name: $0]) { $1 } }
                }
            }
    }

    /// The values of the parameters which may vary, and of others that are set to something else than their default, in
    /// the plan's order: `["size=1MiB"]`.
    public var variation: [String] {
        parameters.compactMap { parameter in
            let value = values[parameter.name] ?? parameter.defaultValue
            return parameter.values.count > 1 || value != parameter.defaultValue ? "\(parameter.name)=\(value)" : nil
        }
    }
}
