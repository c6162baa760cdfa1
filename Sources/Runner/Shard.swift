import Steps
public import TestPlan

/// One of the parts into which the cases of a cell's suites are spread.
struct Shard: Sendable, Hashable {
    /// From 1.
    var number: Int
    /// How many there are.
    var count: Int

    /// The first part also does what is not a suite's.
    var isFirst: Bool { number == 1 }

    /// Divides cases into parts, from 1. The longest are given out first, each
    /// to the part that has the least to do, so that all end at about the same
    /// time.
    ///
    /// - Parameters:
    ///   - names: all cases.
    ///   - count: how many parts.
    ///   - seconds: how long each took in the past; those without count as the median of the others.
    static func division(of names: [String], into count: Int, seconds: [String: Double]) -> [String: Int] {
        let known = names.compactMap { seconds[$0] }.sorted()
        let usual = known.isEmpty ? 1 : known[known.count / 2]
        var loads = Array(repeating: 0.0, count: count)
        var parts: [String: Int] = [:]
        let longestFirst = names.enumerated().sorted { first, second in
            let (a, b) = (seconds[first.element] ?? usual, seconds[second.element] ?? usual)
            return a == b ? first.offset < second.offset : a > b
        }
        for (_, name) in longestFirst {
            let least = loads.indices.min { loads[$0] < loads[$1] }!
            loads[least] += seconds[name] ?? usual
            parts[name] = least + 1
        }
        return parts
    }
}

extension TestPlan {
    /// Into how many parts the plan wants its suites' cases spread.
    var shards: Int { steps.compactMap(\.action.suiteOptions?.shards).max() ?? 1 }

    /// True if some of its steps have cases of their own that can go on in another guest.
    public var hasSuites: Bool { steps.contains { suite(of: $0) != nil } }

    /// A suite's case as the suite names it.
    func suiteName(of record: String, step number: Int) -> String {
        String(record.dropFirst(recordName(of: "", step: number).count))
    }

    /// A suite's case as the record names it: where a plan has several suites, with the step's title before it.
    func recordName(of name: String, step number: Int) -> String {
        let suites = steps.count { $0.action.suiteOptions != nil }
        return suites > 1 ? "\(steps[number - 1].title)/\(name)" : name
    }
}
