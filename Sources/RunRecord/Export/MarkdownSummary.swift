import Foundation

/// A run as Markdown (GitHub's), for the page of a CI job: the matrix, what failed with its console, and what is new.
public struct MarkdownSummary: Sendable {
    private let report: RunReport
    private var run: RunRecord { report.run }

    /// Failures shown in full; the page of a job takes 1 MiB.
    private static let mostFailures = 40

    /// The summary of a run.
    public init(_ report: RunReport) {
        self.report = report
    }

    /// The document.
    public var text: String {
        var lines = ["## \(Self.mark(run.weight)) \(code(run.id)): \(run.standing)", ""]
        if let matrix = run.matrix {
            lines += ["Matrix \(code(matrix.text))" + (run.isEmptyShard ? ": no cell falls to it" : ""), ""]
        }
        if let interruption = run.interruption { lines += ["Not complete: \(code(interruption))", ""] }
        lines += matrix + [""] + comparison + failures
        return lines.joined(separator: "\n") + "\n"
    }

    private var matrix: [String] {
        let matrix = RunMatrix(run)
        var lines = ["| | " + matrix.kernels.map(code).joined(separator: " | ") + " |"]
        lines.append("|---|" + String(repeating: "---|", count: matrix.kernels.count))
        for row in matrix.rows {
            let cells = matrix.kernels.map { kernel -> String in
                guard let field = row.fields[kernel] else { return "" }
                return "\(Self.mark(field.weight)) \(field.words)"
            }
            lines.append("| \(code(row.name)) | " + cells.joined(separator: " | ") + " |")
        }
        return lines
    }

    private var comparison: [String] {
        guard let comparison = report.comparison else { return [] }
        var lines = ["**Against \(code(comparison.before))**: \(comparison.counts)", ""]
        for kind in [RunComparison.Kind.new, .flaky, .fixed] {
            for change in comparison.changes(kind).prefix(20) {
                let title = change.failures.first.map { ": \(code($0.title))" } ?? ""
                let where_ = change.test.kernel.isEmpty ? "" : " on \(code(change.test.kernel))"
                lines.append("- \(kind.words): \(code("\(change.test.plan)/\(change.test.case)"))\(where_)\(title)")
            }
        }
        return lines + [""]
    }

    private var failures: [String] {
        var lines: [String] = []
        var count = 0
        for cell in run.unmet { lines.append("- \(code(cell.id)): \(cell.verdict.rawValue), \(code(cell.expectationWords ?? ""))") }
        if !run.unmet.isEmpty { lines.append("") }
        // What failed as expected is no news.
        for (cellIndex, cell) in run.cells.enumerated() where cell.expected?.isMet != true {
            for (caseIndex, record) in cell.cases.enumerated()
            where [.fail, .flaky, .error].contains(record.verdict) {
                count += 1
                guard count <= Self.mostFailures else { continue }
                lines.append(
                    "<details><summary>\(Self.mark(record.verdict)) <code>\(ExportText.markup(ExportText.line("\(cell.id) \(record.name)")))</code></summary>"
                )
                lines += ["", record.reason.map(code) ?? record.verdict.rawValue, ""]
                for (index, finding) in record.findings.enumerated().prefix(5) where finding.severity != .notice {
                    let place = RunReport.FindingIndex(cell: cellIndex, case: caseIndex, finding: index)
                    let text = report.excerpts[place].map { $0.lines.joined(separator: "\n") } ?? finding.evidence
                    lines += fenced(text) + [""]
                }
                lines += ["</details>", ""]
            }
        }
        if count > Self.mostFailures { lines.append("… and \(count - Self.mostFailures) more.") }
        return lines
    }

    /// A block that no line of it can end.
    private func fenced(_ text: String) -> [String] {
        let lines = ExportText.visible(text.prefix(20_000)).split(separator: "\n", omittingEmptySubsequences: false)
        let fence = String(repeating: "`", count: Self.longestTicks(text) + 3)
        return [fence + "text"] + lines.map(String.init) + [fence]
    }

    /// Code in a line or a table: nothing in it is markup.
    private func code(_ text: String) -> String {
        let line = ExportText.line(text)
        if line.isEmpty { return "" }
        let ticks = String(repeating: "`", count: Self.longestTicks(line) + 1)
        // A table's cells end at a bar even in code.
        let safe = ExportText.replacing("|", in: line, with: "\\|")
        let isDelicate = safe.utf8.first == Self.tick || safe.utf8.last == Self.tick
        return isDelicate ? "\(ticks) \(safe) \(ticks)" : "\(ticks)\(safe)\(ticks)"
    }

    private static let tick = UInt8(ascii: "`")

    /// In bytes: a tick before a combining mark is one.
    private static func longestTicks(_ text: String) -> Int {
        text.utf8.split { $0 != tick }.map(\.count).max() ?? 0
    }

    static func mark(_ verdict: Verdict) -> String {
        switch verdict {
        case .pass: "✅"
        case .fail: "❌"
        case .flaky: "⚠️"
        case .known: "🟨"
        case .skip: "⏭️"
        case .error: "💥"
        }
    }
}
