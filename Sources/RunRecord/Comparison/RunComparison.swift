/// What is different in a run from an earlier one.
public struct RunComparison: Sendable, Hashable, Codable {
    /// What became of a test, or of one of its failures.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// It fails in a way in which it did not fail before.
        case new
        /// It fails and passes on the same input, and did not before.
        case flaky
        /// It was judged before, and now our side or the host broke.
        case unjudged
        /// It fails as before.
        case failing
        /// It fails as a recorded issue says, and did not before.
        case known
        /// It failed before, and passes.
        case fixed
        /// It was run before and is not any more.
        case missing
    }

    /// What became of a test.
    public struct Change: Sendable, Hashable, Codable {
        /// What became of it.
        public var kind: Kind
        /// Which.
        public var test: TestIdentity
        /// Before; nil if it did not run.
        public var before: RunOutcomes.Outcome?
        /// Now; nil if it did not run.
        public var after: RunOutcomes.Outcome?
        /// The failures that this is about: the new ones, those that are gone, those that stay.
        public var failures: [RunOutcomes.Failure]
    }

    /// A cell that did not do what was expected of it, and did not fall short of it in the earlier run.
    public struct Unmet: Sendable, Hashable, Codable {
        /// Its id in the later run.
        public var cell: String
        /// What came of it.
        public var verdict: Verdict
        /// What was expected, in words: `must fail with 'x'`.
        public var expected: String
    }

    /// The id of the earlier run.
    public var before: String
    /// The id of the later run.
    public var after: String
    /// The changes, by kind and test. A test that fails in an old and in a new way has two.
    public var changes: [Change]
    /// The cells that are not as expected any more, by their ids: also those that pass and must not.
    public var unmet: [Unmet]
    /// How many tests did as before, and did not fail.
    public var unchanged: Int
    /// How many tests were not run before, and do not fail.
    public var added: Int

    /// Compares two runs.
    public init(_ before: RunOutcomes, _ after: RunOutcomes) {
        self.before = before.run
        self.after = after.run
        var changes: [Change] = []
        var (unchanged, added) = (0, 0)
        unmet = after.unmet.filter { before.unmet[$0.key] == nil }.map(\.value).sorted { $0.cell < $1.cell }
        let failedBefore = after.expected.isEmpty ? [:] : before.fingerprints
        func compare(_ test: TestIdentity, isOccasional: Bool) {
            let old = before.outcome(test, isOccasional: isOccasional)
            let new = after.outcome(test, isOccasional: isOccasional)
            var own = Self.changes(test, old, new)
            // That a cell fails as expected is no news; that it fails in one more way is. Where it hangs is chance.
            if after.expected.contains(test), let new, new.verdict == .known,
                let known = failedBefore[RunOutcomes.Cell(test)]
            {
                let come = new.failures.filter { !known.contains($0.fingerprint) && !$0.isOfHang }
                if !come.isEmpty {
                    own = [Change(kind: .new, test: test, before: old, after: new, failures: come)]
                }
            }
            if own.isEmpty, let new {
                if old == nil, new.verdict != .skip { added += 1 } else { unchanged += 1 }
            }
            changes += own
        }
        for (test, outcome) in after.tests {
            // Almost all do as before.
            if outcome.verdict == .pass, before.tests[test]?.verdict == .pass {
                unchanged += 1
            } else {
                compare(test, isOccasional: after.occasional.contains(test))
            }
        }
        for test in before.tests.keys where after.tests[test] == nil {
            compare(test, isOccasional: before.occasional.contains(test))
        }
        let order = Dictionary(uniqueKeysWithValues: Kind.allCases.enumerated().map { ($1, $0) })
        self.changes = changes.sorted { one, other in
            one.kind == other.kind ? TestIdentity.precedes(one.test, other.test) : order[one.kind]! < order[other.kind]!
        }
        self.unchanged = unchanged
        self.added = added
    }

    private static func changes(
        _ test: TestIdentity, _ before: RunOutcomes.Outcome?, _ after: RunOutcomes.Outcome?
    ) -> [Change] {
        func change(_ kind: Kind, _ failures: [RunOutcomes.Failure]) -> Change {
            Change(kind: kind, test: test, before: before, after: after, failures: failures)
        }
        let old = before?.failures ?? []
        let ran = before.map { $0.verdict != .skip } ?? false
        guard let after, after.verdict != .skip else { return ran ? [change(.missing, old)] : [] }
        let fingerprints = Set(old.map(\.fingerprint))
        switch after.verdict {
        case .fail:
            // What is no failure of its own, as an issue that is not known any more, has no weight here.
            let stay = before?.isFailure == true ? after.failures.filter { fingerprints.contains($0.fingerprint) } : []
            let come = after.failures.filter { failure in !stay.contains { $0.fingerprint == failure.fingerprint } }
            let saysNothing = after.failures.isEmpty
            var changes: [Change] = []
            if !come.isEmpty || (saysNothing && before?.isFailure != true) { changes.append(change(.new, come)) }
            if !stay.isEmpty || (saysNothing && before?.isFailure == true) { changes.append(change(.failing, stay)) }
            return changes
        case .flaky:
            switch before?.verdict {
            case .flaky, .fail:
                let come = after.failures.filter { !fingerprints.contains($0.fingerprint) }
                if !come.isEmpty { return [change(.new, come)] }
                return [change(before?.verdict == .flaky ? .failing : .flaky, after.failures)]
            default: return [change(.flaky, after.failures)]
            }
        case .known: return before?.verdict == .known ? [] : [change(.known, after.failures)]
        case .error: return ran && before?.verdict != .error ? [change(.unjudged, old)] : []
        case .pass:
            switch before?.verdict {
            case .fail, .flaky, .known: return [change(.fixed, old)]
            default: return []
            }
        case .skip: return []
        }
    }

    /// The changes of one kind.
    public func changes(_ kind: Kind) -> [Change] { changes.filter { $0.kind == kind } }

    /// True if something fails that did not, or not so.
    public var hasNewFailures: Bool {
        changes.contains { change in
            change.kind == .new || (change.kind == .flaky && change.before?.isFailure != true)
        }
    }

    /// The exit status of the command line: 1 with new failures and with cells that are not as expected any
    /// more, 3 if something that was judged before broke on our side, else 0.
    public var exitStatus: Int32 {
        hasNewFailures || !unmet.isEmpty ? 1 : changes.contains { $0.kind == .unjudged } ? 3 : 0
    }
}
