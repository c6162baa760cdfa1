import RunRecord
import SystemPackage

/// A run in a few lines that a tired person understands at a glance.
struct Summary {
    private let run: RunRecord
    private let directory: FilePath
    /// The parameters in whose values the cells of a plan differ, by plan.
    private let varying: [String: Set<String>]

    init(_ run: RunRecord, directory: FilePath) {
        self.run = run
        self.directory = directory
        varying = run.varyingParameters
    }

    var text: String {
        let names = run.cells.map(name)
        let kernels = run.cells.map(kernel)
        let widths = ((names.map(\.count).max() ?? 0) + 2, (kernels.map(\.count).max() ?? 0) + 2)
        var lines = [""]
        for ((cell, kernel), name) in zip(zip(run.cells, kernels), names) {
            let verdict = styled(cell.weight, cell.verdict.rawValue.uppercased().padded(7))
            lines.append(
                "\(verdict)\(name.padded(widths.0))\(kernel.padded(widths.1))\(cell.seconds.formatted1) s"
                    + (cell.expectationWords.map { Terminal.visible("  \($0)") } ?? ""))
            for record in cell.cases where record.verdict != .pass || !record.findings.isEmpty {
                lines += describe(record, in: cell)
            }
        }
        lines += rates + [""] + notes
        lines.append("\(counts)   evidence: \(directory)")
        lines += expectations
        if let decided = run.decided { lines.append("no more cells were needed: \(decided)") }
        if let interruption = run.interruption { lines.append("not complete: \(interruption)") }
        return lines.joined(separator: "\n")
    }

    /// How often what was repeated failed, and what that says.
    private var rates: [String] {
        var groups: [(name: String, verdicts: [Verdict])] = []
        var places: [String: Int] = [:]
        for cell in run.cells {
            let name = "\(self.name(cell)) on \(Terminal.visible(cell.testedKernel))"
            let at = places[name] ?? groups.count
            if at == groups.count {
                groups.append((name, []))
                places[name] = at
            }
            groups[at].verdicts.append(cell.verdict)
        }
        let rates = groups.compactMap { name, verdicts -> String? in
            // What is known has failed as well. A repetition that our side broke, or that was skipped, says nothing.
            let judged = verdicts.filter { $0 != .error && $0 != .skip }
            guard verdicts.count > 1, !judged.isEmpty else { return nil }
            let failed = Proportion(judged.count { $0 != .pass }, of: judged.count)
            let rest = verdicts.count - judged.count
            return "failed \(failed.text)  \(name)" + (rest == 0 ? "" : ", \(rest) not judged")
        }
        return rates.isEmpty ? [] : [""] + rates
    }

    /// What is not as a reader would expect, once for all cells that share it.
    private var notes: [String] {
        var cells: [String: [String]] = [:]
        for cell in run.cells {
            for note in cell.environment?.notes ?? [] { cells[note, default: []].append(cell.kernel) }
        }
        return fixed
            + cells.sorted { $0.key < $1.key }.map { note, kernels in
                let who = kernels.count == run.cells.count ? "" : "\(kernels.joined(separator: ", ")): "
                return Terminal.visible("note: \(who)\(note)")
            }
    }

    /// The known issues that are not seen any more on a kernel, whatever the repetitions.
    private var fixed: [String] {
        var seen = Set<[String]>()
        var noted = Set<[String]>()
        var notSeen: [(key: [String], issue: KnownIssueRecord)] = []
        for cell in run.cells {
            for issue in cell.cases.flatMap({ $0.known ?? [] }) {
                let key = [issue.location, cell.testedKernel]
                if issue.isPresent {
                    seen.insert(key)
                } else if noted.insert(key).inserted {
                    notSeen.append((key, issue))
                }
            }
        }
        return notSeen.filter { !seen.contains($0.key) }.map { key, issue in
            Terminal.visible(
                "fixed? the known issue was not seen on \(key[1]): \(issue.text); if so, remove it from \(issue.location)"
            )
        }
    }

    /// The plan, with the values in which its cells differ.
    private func name(_ cell: CellRecord) -> String {
        let values = cell.parameters.filter { varying[cell.plan]?.contains($0.key) == true }
        return Terminal.visible(
            ([cell.plan] + values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " "))
    }

    private func kernel(_ cell: CellRecord) -> String {
        let version = cell.environment.map { " (\($0.kernel.version.isEmpty ? $0.kernel.release : $0.kernel.version))" }
        return cell.testedKernel + (version ?? "")
    }

    private func describe(_ record: CaseRecord, in cell: CellRecord) -> [String] {
        var lines: [String] = []
        let reason = record.reason.map { ": \($0)" } ?? ""
        lines.append(Terminal.visible("       \(record.name) \(record.verdict.rawValue)\(reason)"))
        // A step's own finding says what the reason has said already.
        for finding in record.findings where finding.source != .step {
            let location = finding.location.map { " at \($0)" } ?? ""
            let process = finding.comm.map { " (\($0)\(finding.pid.map { ", pid \($0)" } ?? ""))" } ?? ""
            let mark = finding.severity == .notice ? "note" : "    "
            lines.append(Terminal.visible("         \(mark) \(finding.title)\(location)\(process)"))
            if let place = finding.place {
                lines.append("                \(cell.directory)/\(place.file):\(place.line)")
            }
        }
        return lines
    }

    private var counts: String {
        Verdict.allCases.compactMap { verdict in
            let count = run.cells.count { $0.verdict == verdict }
            return count == 0 ? nil : styled(verdict, "\(count) \(verdict.rawValue)")
        }.joined(separator: ", ")
    }

    /// What did not come as its matrix expects, and how much did.
    private var expectations: [String] {
        if run.isEmptyShard, let matrix = run.matrix {
            return [Terminal.visible("no cell falls to \(matrix.text) of \(matrix.cells) cells: nothing to run")]
        }
        let asked = run.cells.filter { $0.expected != nil }
        guard !asked.isEmpty else { return [] }
        let met = asked.count { $0.expected?.isMet == true }
        let unmet = run.unmet.map { cell in
            Terminal.visible(
                "NOT AS EXPECTED: \(cell.id) \(cell.verdict.rawValue), but it \(cell.expected?.text ?? "")")
        }
        let unjudged = asked.count - met - run.unmet.count
        let rest = unjudged == 0 ? "" : ", \(unjudged) not shown"
        return unmet + ["as expected: \(met) of \(asked.count)\(rest)"]
    }

    private func styled(_ verdict: Verdict, _ text: String) -> String {
        switch verdict {
        case .pass, .known: Terminal.styled(text, .green)
        case .fail, .flaky: Terminal.styled(text, .red)
        case .skip, .error: Terminal.styled(text, .yellow)
        }
    }
}
