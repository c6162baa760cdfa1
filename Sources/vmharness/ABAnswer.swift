import RunRecord
import Runner
import SystemPackage
import TestPlan

/// What a comparison came to, in words and as a document.
struct ABAnswer {
    /// What was decided.
    enum Decision: String, Encodable {
        /// A fails more often.
        case a = "a-worse"
        /// B fails more often.
        case b = "b-worse"
        /// Neither could be told to fail more often than the other.
        case undecided
        /// A side gave no verdicts, or the run was interrupted.
        case unanswered
    }

    /// What `--json` prints.
    struct Document: Encodable {
        struct Side: Encodable {
            var kernel: String
            /// `uname -r` and the package's version, of the first cell that has come so far.
            var release: String?
            var version: String?
            var failed: Int
            var judged: Int
            var unjudged: Int
            /// Where its rate is, at `confidence`, as if the number of its cells had been fixed from the start.
            var low: Double?
            var high: Double?
            var failures: [FailureWords.Entry]
        }
        var plan: String
        var criterion: FailureCriterion
        var a: Side
        var b: Side
        var confidence: Double
        var pairs: Int
        var evidence: Double
        var threshold: Double
        var decision: Decision
        var reason: String
        var run: String
        var directory: String
    }

    private let sides: ABSides
    private let comparison: ABComparison
    private let run: RunRecord

    init(_ sides: ABSides, _ comparison: ABComparison, _ run: RunRecord) {
        self.sides = sides
        self.comparison = comparison
        self.run = run
    }

    var decision: Decision {
        switch comparison.test.worse {
        case .a: .a
        case .b: .b
        case nil: run.interruption == nil && comparison.trouble == nil && judged ? .undecided : .unanswered
        }
    }

    var exitStatus: Int32 { decision == .unanswered ? 3 : 0 }

    /// Both sides gave a verdict at least once.
    private var judged: Bool { SequentialTest.Side.allCases.allSatisfy { tally($0).judged > 0 } }

    /// What the record keeps.
    var text: String {
        let lines = SequentialTest.Side.allCases.map { side in
            let tally = tally(side)
            let rate = tally.rate.map { "failed \($0.text)" } ?? "was not judged"
            return "\(side.name)  \(label(side).padded(width))  \(rate)"
                + (tally.unjudged == 0 ? "" : ", \(tally.unjudged) not judged")
        }
        return (lines + [reason]).map(Terminal.visible).joined(separator: "\n")
    }

    /// What is printed.
    func description(directory: FilePath) -> String {
        var lines = ["", text]
        for side in SequentialTest.Side.allCases {
            let failures = FailureWords(cells(side)).lines(indent: "       ")
            if !failures.isEmpty { lines += ["\(side.name) fails with"] + failures.map(Terminal.visible) }
        }
        lines += ["", "evidence: \(directory)"]
        if run.interruption != nil { lines.append("to go on: vmharness ab --resume \(run.id)") }
        return lines.joined(separator: "\n")
    }

    func document(directory: FilePath, criterion: FailureCriterion) -> Document {
        func side(_ side: SequentialTest.Side) -> Document.Side {
            let tally = tally(side)
            let interval = tally.rate?.interval(confidence: comparison.test.confidence)
            let kernel = cells(side).lazy.compactMap(\.environment).first?.kernel
            return Document.Side(
                kernel: name(side), release: kernel?.release, version: kernel?.version, failed: tally.failed,
                judged: tally.judged, unjudged: tally.unjudged, low: interval?.lowerBound, high: interval?.upperBound,
                failures: FailureWords(cells(side)).entries)
        }
        return Document(
            plan: sides.cells[0].plan.name, criterion: criterion, a: side(.a), b: side(.b),
            confidence: comparison.test.confidence, pairs: comparison.test.pairs,
            evidence: comparison.test.evidence, threshold: comparison.test.threshold, decision: decision,
            reason: reason, run: run.id, directory: directory.string)
    }

    private var reason: String {
        let test = comparison.test
        let percent = "\((test.confidence * 100).formatted2) %"
        let evidence = "evidence \(test.evidence.formatted2), needed \(test.threshold.formatted2)"
        if let worse = test.worse {
            let other: SequentialTest.Side = worse == .a ? .b : .a
            return "decided at \(percent) after \(test.pairs) pairs: \(worse.name) (\(name(worse))) fails more often "
                + "than \(other.name) (\(name(other))); \(evidence)"
        }
        if let interruption = run.interruption { return "not decided: \(interruption); \(evidence)" }
        if let trouble = comparison.trouble { return "not decided: \(trouble)" }
        guard judged else { return "not decided: a side gave no verdict" }
        return
            "not decided at \(percent) after \(test.pairs) pairs; \(evidence). More pairs (--max) could tell a smaller "
            + "difference"
    }

    private var width: Int { SequentialTest.Side.allCases.map { label($0).count }.max() ?? 0 }

    private func label(_ side: SequentialTest.Side) -> String {
        let version = cells(side).lazy.compactMap(\.environment).first?.kernel.version ?? ""
        return name(side) + (version.isEmpty ? "" : " (\(version))")
    }

    private func name(_ side: SequentialTest.Side) -> String { sides.names[side == .a ? 0 : 1] }

    private func tally(_ side: SequentialTest.Side) -> ABComparison.Tally { comparison.tally(side) }

    private func cells(_ side: SequentialTest.Side) -> [CellRecord] {
        let ids = Set(sides.pairs.map { side == .a ? $0.a.id : $0.b.id })
        return run.cells.filter { ids.contains($0.id) }
    }
}

extension Double {
    /// With at most two digits behind the point.
    var formatted2: String {
        let hundredths = (self * 100).rounded() / 100
        return hundredths == hundredths.rounded() ? "\(Int(hundredths))" : "\(hundredths)"
    }
}
