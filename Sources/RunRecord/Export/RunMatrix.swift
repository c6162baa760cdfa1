/// A run's cells by plan and kernel: a row for each plan with its parameters, a column for each kernel.
struct RunMatrix {
    /// The cells of a plan on a kernel: one, or its repetitions.
    struct Field {
        /// Indexes of the cells in the run.
        var cells: [Int] = []
        var verdicts: [Verdict] = []
        var weights: [Verdict] = []
        /// How many did what was expected of them, and how many did not.
        var met = 0
        var unmet = 0
        var seconds = 0.0

        /// Of repetitions that passed and failed, `flaky`.
        var verdict: Verdict {
            let all = Set(verdicts)
            return all.contains(.fail) && all.contains(.pass) ? .flaky : .over(verdicts)
        }
        /// How many of them failed.
        var failed: Int { verdicts.count { $0 == .fail || $0 == .flaky } }
        /// The verdict, unless something was expected: then `pass` where it came.
        var weight: Verdict { met + unmet == 0 ? verdict : .over(weights) }
        /// `fail`, or `3 of 30 fail`, and whether that was expected where it is not plain.
        var words: String {
            let words =
                if verdicts.count == 1 {
                    verdict.rawValue
                } else {
                    failed > 0 ? "\(failed) of \(verdicts.count) fail" : "\(verdict.rawValue) ×\(verdicts.count)"
                }
            if unmet > 0 { return words + (verdicts.count == 1 ? "" : ", \(unmet)") + " not as expected" }
            return words + (met > 0 && verdict != .pass ? " as expected" : "")
        }
    }
    struct Row {
        var name: String
        var fields: [String: Field] = [:]
        /// True if no cell of it went wrong.
        var isQuiet: Bool { fields.values.allSatisfy { $0.weight == .pass || $0.weight == .skip } }
    }

    let kernels: [String]
    let rows: [Row]

    init(_ run: RunRecord) {
        var kernels: [String] = []
        var rows: [Row] = []
        var places: [String: Int] = [:]
        // Only the values in which a plan's cells differ.
        let differing = run.varyingParameters
        for (index, cell) in run.cells.enumerated() {
            if !kernels.contains(cell.testedKernel) { kernels.append(cell.testedKernel) }
            let varying = cell.parameters.filter { differing[cell.plan]?.contains($0.key) == true }
            let name = ([cell.plan] + varying.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: " ")
            let at = places[name] ?? rows.count
            if at == rows.count {
                rows.append(Row(name: name))
                places[name] = at
            }
            rows[at].fields[cell.testedKernel, default: Field()].cells.append(index)
            rows[at].fields[cell.testedKernel]!.verdicts.append(cell.verdict)
            rows[at].fields[cell.testedKernel]!.weights.append(cell.weight)
            rows[at].fields[cell.testedKernel]!.met += cell.expected?.isMet == true ? 1 : 0
            rows[at].fields[cell.testedKernel]!.unmet += cell.expected?.isMet == false ? 1 : 0
            rows[at].fields[cell.testedKernel]!.seconds += cell.seconds
        }
        self.kernels = kernels
        self.rows = rows
    }
}

extension RunComparison {
    /// `1 new, 2 fixed, 30 as before`
    public var counts: String {
        let words = Kind.allCases.compactMap { kind in
            let count = changes(kind).count
            return count == 0 ? nil : "\(count) \(kind.words)"
        }
        let added = added == 0 ? [] : ["\(added) newly run"]
        let unmet = unmet.isEmpty ? [] : ["\(unmet.count) not as expected any more"]
        return (unmet + words + added + ["\(unchanged) as before"]).joined(separator: ", ")
    }
}

extension RunComparison.Kind {
    /// For people.
    public var words: String {
        switch self {
        case .new: "new"
        case .flaky: "newly flaky"
        case .unjudged: "not judged any more"
        case .failing: "still failing"
        case .known: "newly known"
        case .fixed: "fixed"
        case .missing: "no longer run"
        }
    }
}
