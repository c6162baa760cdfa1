import GuestImage
import RunRecord
import SystemPackage
import TestPlan

/// What a bisection came to, in words and as a document.
struct BisectAnswer {
    /// What `--json` prints.
    struct Document: Encodable {
        struct Entry: Encodable {
            var kernel: KernelName
            var release: String
            var version: String
            /// `good`, `bad`, `skipped` or `open`.
            var standing: String
            var failed: Int
            var judged: Int
            /// Why it was left out.
            var reason: String?
            /// The ids of its cells.
            var cells: [String]
            var failures: [FailureWords.Entry]
        }
        /// `found`, `narrowed` (found but for kernels that could not be judged), `good-fails`, `bad-passes`,
        /// `end-not-judged` or `unanswered`.
        var answer: String
        var good: KernelName?
        var bad: KernelName?
        /// Kernels between the two that could not be judged: each of them may be the one.
        var unjudged: [KernelName]
        var isBadNewer: Bool?
        var passes: Int
        var kernels: [Entry]
        var notes: [String]
        var text: String
        var run: String
        var directory: String
    }

    private let row: BisectRow
    private let bisection: Bisection
    private let run: RunRecord
    private let passes: Int
    private let cellIDs: [[String]]

    /// - Parameter cells: the ids of each kernel's cells.
    init(
        _ row: BisectRow, _ bisection: Bisection, _ run: RunRecord, passes: Int, cells: [[String]]
    ) {
        self.row = row
        self.bisection = bisection
        self.run = run
        self.passes = passes
        cellIDs = cells
    }

    /// 0 if it was found or narrowed down, 2 if an end is not what it was said to be, 3 if our side or the host kept it from an answer.
    var exitStatus: Int32 {
        switch bisection.answer {
        case .found: 0
        case .goodFails, .badPasses: 2
        case .endSkipped, nil: 3
        }
    }

    /// What the record keeps.
    var text: String {
        let last = row.kernels.count - 1
        let lines: [String]
        switch bisection.answer {
        case .goodFails:
            lines = ["the good kernel fails: \(words(0))"] + failures(0) + ["Name another with --good."]
        case .badPasses:
            lines = [
                "the bad kernel passes: \(words(last))",
                "Name another with --bad; if it does not fail every time, ask for --repeats or give its --failure-rate.",
            ]
        case .endSkipped(let end, let reason):
            lines = ["\(row.label(end)) could not be judged: \(reason)"]
        case .found(let good, let bad): lines = found(good, bad)
        case nil:
            let (good, bad) = bisection.bounds
            lines = [
                "not found yet: it lies between \(row.label(good)) and \(row.label(bad))"
                    + (run.interruption.map { "; \($0)" } ?? "")
            ]
        }
        return lines.map(Terminal.visible).joined(separator: "\n")
    }

    /// What is printed.
    func description(directory: FilePath) -> String {
        var lines = ["", text, ""] + row.notes.map { Terminal.visible("note: \($0)") } + ["evidence: \(directory)"]
        if run.interruption != nil { lines.append("to go on: vmharness bisect --resume \(run.id)") }
        return lines.joined(separator: "\n")
    }

    func document(directory: FilePath) -> Document {
        var document = Document(
            answer: "unanswered", unjudged: [], isBadNewer: row.isBadNewer, passes: passes,
            kernels: row.kernels.indices.map(entry), notes: row.notes, text: text, run: run.id,
            directory: directory.string)
        switch bisection.answer {
        case .goodFails: document.answer = "good-fails"
        case .badPasses: document.answer = "bad-passes"
        case .endSkipped: document.answer = "end-not-judged"
        case .found(let good, let bad):
            document.answer = bad - good > 1 ? "narrowed" : "found"
            (document.good, document.bad) = (row.kernels[good].name, row.kernels[bad].name)
            document.unjudged = row.kernels[good + 1..<bad].map(\.name)
        case nil: break
        }
        return document
    }

    private func found(_ good: Int, _ bad: Int) -> [String] {
        let unjudged = bad - good - 1
        let named =
            switch unjudged > 0 ? nil : row.isBadNewer {
            case true: ("first bad ", "last good ")
            case false: ("last bad  ", "first good")
            case nil: ("bad       ", "good      ")
            }
        let (badLine, goodLine) = ("\(named.0) \(words(bad))", "\(named.1) \(words(good))")
        var lines = [badLine] + failures(bad) + [goodLine]
        if row.isBadNewer == false { lines = [goodLine, badLine] + failures(bad) }
        if unjudged > 0 {
            let kernels = unjudged == 1 ? "a kernel" : "\(unjudged) kernels"
            lines.insert("narrowed down, not found: \(kernels) between these two could not be judged", at: 0)
        }
        for index in good + 1..<bad {
            guard case .skipped(let reason) = bisection.standing(of: index) else { continue }
            lines.append("not judged, and may be the one: \(row.label(index)): \(reason)")
        }
        if passes == 1 {
            lines.append(
                "One pass made a kernel good. If the failure does not come every time, ask for --repeats or give its "
                    + "--failure-rate.")
        }
        return lines
    }

    private func words(_ index: Int) -> String {
        row.label(index) + (bisection.failures(of: index).map { ": failed \($0.count) of \($0.total)" } ?? "")
    }

    private func failures(_ index: Int) -> [String] {
        let indent = "           "
        let words = FailureWords(cells(index)).lines(indent: indent)
        // A case of a suite can fail without a finding.
        guard words.isEmpty, let cell = cells(index).first(where: { $0.verdict == .fail }) else { return words }
        return ["\(indent)\(cell.reason ?? "it failed")", "\(indent)  \(cell.directory)"]
    }

    private func cells(_ index: Int) -> [CellRecord] {
        let ids = Set(cellIDs[index])
        return run.cells.filter { ids.contains($0.id) }
    }

    private func entry(_ index: Int) -> Document.Entry {
        let kernel = row.kernels[index]
        let ran = cells(index)
        let real = ran.lazy.compactMap(\.environment).first?.kernel
        let rate = bisection.failures(of: index)
        var entry = Document.Entry(
            kernel: kernel.name, release: real?.release ?? kernel.release, version: real?.version ?? kernel.version,
            standing: "open", failed: rate?.count ?? 0, judged: rate?.total ?? 0, cells: ran.map(\.id),
            failures: FailureWords(ran).entries)
        switch bisection.standing(of: index) {
        case .open: break
        case .good: entry.standing = "good"
        case .bad: entry.standing = "bad"
        case .skipped(let reason): (entry.standing, entry.reason) = ("skipped", reason)
        }
        return entry
    }
}
