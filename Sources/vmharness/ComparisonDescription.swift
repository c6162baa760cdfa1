import RunRecord

/// A comparison in words: what is new first, and what fails alike together.
struct ComparisonDescription {
    let comparison: RunComparison
    let before: RunRecord
    let after: RunRecord
    let showsAll: Bool

    init(_ comparison: RunComparison, before: RunRecord, after: RunRecord, showsAll: Bool) {
        self.comparison = comparison
        self.before = before
        self.after = after
        self.showsAll = showsAll
    }

    /// Tests shown of one kind and failure; the rest is counted.
    private static let most = 20

    var text: String {
        var lines = [
            "before  \(before.id)  \(before.started.toTheMinute)", "after   \(after.id)  \(after.started.toTheMinute)",
        ]
        if !comparison.unmet.isEmpty {
            lines += ["", Terminal.styled("NOT AS EXPECTED ANY MORE", .red)]
            lines += comparison.unmet.prefix(Self.most).map {
                Terminal.visible("  \($0.cell) \($0.verdict.rawValue), but it \($0.expected)")
            }
            if comparison.unmet.count > Self.most { lines.append("  and \(comparison.unmet.count - Self.most) more") }
        }
        for kind in RunComparison.Kind.allCases where showsAll || (kind != .failing && kind != .missing) {
            let changes = comparison.changes(kind)
            if changes.isEmpty { continue }
            lines += ["", styled(kind, Self.title(kind))] + describe(changes)
        }
        return lines.joined(separator: "\n") + "\n\n" + counts
    }

    static func title(_ kind: RunComparison.Kind) -> String {
        switch kind {
        case .new: "NEW FAILURES"
        case .flaky: "NEWLY FLAKY"
        case .unjudged: "NOT JUDGED ANY MORE, our side broke"
        case .failing: "STILL FAILING"
        case .known: "NEWLY KNOWN"
        case .fixed: "FIXED"
        case .missing: "NO LONGER RUN"
        }
    }

    /// What fails alike, with its tests.
    private func describe(_ changes: [RunComparison.Change]) -> [String] {
        var order: [[String]] = []
        var groups: [[String]: [RunComparison.Change]] = [:]
        for change in changes {
            let key = change.failures.map(\.fingerprint)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(change)
        }
        return order.flatMap { key -> [String] in
            let group = groups[key]!
            var lines = group[0].failures.map { "  \($0.title)" }
            let indent = lines.isEmpty ? "  " : "    "
            lines += group.prefix(Self.most).map { change in indent + words(change) }
            if group.count > Self.most { lines.append("\(indent)and \(group.count - Self.most) more") }
            return lines.map(Terminal.visible)
        }
    }

    private func words(_ change: RunComparison.Change) -> String {
        let test = change.test
        let place = [test.kernel.isEmpty ? "" : "on \(test.kernel)", test.variation].filter { !$0.isEmpty }
        let before = change.before.map { $0.verdict.rawValue } ?? "not run"
        let after = change.after.map { $0.verdict.rawValue } ?? "not run"
        // A test that fails in another way than before: in which it did.
        let others = (change.before?.failures ?? []).filter { old in
            !change.failures.contains { $0.fingerprint == old.fingerprint }
        }
        let was =
            change.kind == .new && !others.isEmpty ? " (it was: \(others.map(\.title).joined(separator: "; ")))" : ""
        let reason = change.failures.isEmpty ? change.after?.reason.map { ": \($0)" } ?? "" : ""
        return (["\(test.plan)/\(test.case)"] + place).joined(separator: " ") + ", \(before) → \(after)\(was)\(reason)"
    }

    private var counts: String {
        let words = RunComparison.Kind.allCases.compactMap { kind in
            let count = comparison.changes(kind).count
            return count == 0 ? nil : styled(kind, "\(count) \(kind.words)")
        }
        let added = comparison.added == 0 ? [] : ["\(comparison.added) newly run"]
        let unmet =
            comparison.unmet.isEmpty
            ? [] : [Terminal.styled("\(comparison.unmet.count) not as expected any more", .red)]
        return (unmet + words + added + ["\(comparison.unchanged) as before"]).joined(separator: ", ")
    }

    private func styled(_ kind: RunComparison.Kind, _ text: String) -> String {
        switch kind {
        case .new, .flaky, .failing: Terminal.styled(text, .red)
        case .unjudged, .missing: Terminal.styled(text, .yellow)
        case .known, .fixed: Terminal.styled(text, .green)
        }
    }
}
