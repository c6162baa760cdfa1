import Foundation
import ResultStore
import RunRecord

/// A whole run in words: every cell, case and finding, and the files of what did not pass.
struct RunDescription {
    private let found: StoredRun

    init(_ found: StoredRun) {
        self.found = found
    }

    var text: String {
        let run = found.record
        var lines = [
            "run \(run.id): \(run.verdict.rawValue.uppercased())\(run.standing.dropFirst(run.verdict.rawValue.count))",
            "  began    \(run.started.toTheMinute), "
                + (run.ended.map { "took \($0.timeIntervalSince(run.started).formatted1) s" } ?? "never ended"),
            "  command  \(run.command.joined(separator: " "))",
            "  files    \(found.directory)\(found.isWhole ? "" : " (gone)")",
        ]
        if let interruption = run.interruption { lines.append("  not complete: \(interruption)") }
        if let matrix = run.matrix {
            lines.append("  matrix   \(matrix.text) of \(matrix.cells) cells, \(matrix.file) (\(matrix.digest))")
        }
        if let decided = run.decided { lines.append("  decided: \(decided)") }
        if let answer = run.answer { lines += [""] + answer.split(separator: "\n").map { "  \($0)" } }
        for cell in run.cells { lines += [""] + describe(cell) }
        return lines.map(Terminal.visible).joined(separator: "\n")
    }

    private func describe(_ cell: CellRecord) -> [String] {
        var words = ["\(cell.verdict.rawValue.uppercased().padded(6)) \(cell.id)", "\(cell.seconds.formatted1) s"]
        if let environment = cell.environment {
            let kernel = environment.kernel
            words.append("\(kernel.release)\(kernel.version.isEmpty ? "" : " (\(kernel.version))")")
            words.append(environment.accelerator.used)
            if let start = environment.start { words.append(start.text) }
        }
        var lines = [words.joined(separator: "  ")]
        if let expectation = cell.expectationWords {
            lines.append("       \(expectation) (\(cell.expected?.source ?? ""))")
        }
        if let mutation = cell.environment?.mutation {
            lines.append(
                "       mutated: \(mutation.module) by \(mutation.patch), build id \(mutation.buildID), "
                    + (mutation.loaded == true ? "loaded" : "not seen loaded"))
        }
        for attempt in cell.attempts ?? [] {
            lines.append(
                "       attempt \(attempt.number): \(attempt.verdict.rawValue) after \(attempt.seconds.formatted1) s, "
                    + "in \(attempt.directory)" + (attempt.reason.map { ": \($0)" } ?? ""))
        }
        for (name, value) in cell.parameters.sorted(by: { $0.key < $1.key }) { lines.append("       \(name)=\(value)") }
        let width = min(40, cell.cases.map(\.name.count).max() ?? 0)
        for record in cell.cases { lines += describe(record, in: cell, width) }
        for note in cell.environment?.notes ?? [] { lines.append("       note: \(note)") }
        return lines
    }

    private func describe(_ record: CaseRecord, in cell: CellRecord, _ width: Int) -> [String] {
        let seconds = record.seconds.formatted1.leftPadded(7)
        let reason = record.reason.map { "  \($0)" } ?? ""
        var lines = ["  \(record.verdict.rawValue.padded(5)) \(record.name.padded(width)) \(seconds) s\(reason)"]
        for finding in record.findings {
            let location = finding.location.map { " at \($0)" } ?? ""
            lines.append("          \(finding.severity == .notice ? "note: " : "")\(finding.title)\(location)")
            if let place = finding.place { lines.append("            \(cell.directory)/\(place.file):\(place.line)") }
        }
        if record.verdict != .pass { lines += record.files.map { "          \(cell.directory)/\($0)" } }
        return lines
    }
}
