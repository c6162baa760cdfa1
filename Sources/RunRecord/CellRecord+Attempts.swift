import Foundation

extension CellRecord {
    /// The record of one attempt alone, with the cell's environment; nil if there was no such attempt.
    ///
    /// - Parameter number: from 1.
    public func attempt(_ number: Int) -> CellRecord? {
        guard let attempt = attempts?.first(where: { $0.number == number }) else { return nil }
        var cell = alone(attempt)
        cell.judgeExpectation()
        return cell
    }

    /// The record of an attempt, with the cell's environment, and not judged by what is expected.
    public func alone(_ attempt: AttemptRecord) -> CellRecord {
        var cell = self
        cell.attempts = nil
        (cell.verdict, cell.reason) = (attempt.verdict, attempt.reason)
        (cell.started, cell.seconds, cell.isComplete) = (attempt.started, attempt.seconds, attempt.isComplete)
        (cell.cases, cell.guests, cell.directory) = (attempt.cases, attempt.guests, attempt.directory)
        cell.bootSeconds = attempt.guests?.first?.bootSeconds
        return cell
    }

    /// Makes the cell's cases and verdict of its attempts; without any, nothing changes.
    ///
    /// A case that failed and passed is `flaky`, and so is one whose guest was lost or did not come up without a cause
    /// on our side that could be named: the kernel may have been it. One that our side broke and that then passed has
    /// passed, with the reason beside it: nothing was seen of the kernel but the pass. What failed in each attempt has
    /// failed. Findings and files of every attempt are kept, with the directory of the attempt before their names.
    public mutating func mergeAttempts() {
        guard let attempts, let last = attempts.last else { return }
        var names: [String] = []
        var seen = Set<String>()
        for record in attempts.flatMap(\.cases) where seen.insert(record.name).inserted { names.append(record.name) }
        cases = names.map { name in Self.merged(name, attempts) }
        // That an issue was not seen is true if it was so in each.
        cases.removeAll { remark in
            remark.isRemark && !attempts.allSatisfy { $0.cases.contains { $0.isRemark && $0.known == remark.known } }
        }
        guests = attempts.flatMap { attempt in
            (attempt.guests ?? []).map { guest in
                var guest = guest
                guest.attempt = attempt.number > 1 ? attempt.number : nil
                guest.began = guest.began.map { $0 + attempt.started.timeIntervalSince(started) }
                return guest
            }
        }
        addUpGuests()
        seconds = attempts.map(\.seconds).reduce(0, +)
        isComplete = last.isComplete
        conclude()
    }

    /// What one attempt says of a case.
    private struct Word {
        var number: Int
        var record: CaseRecord
    }

    private static func merged(_ name: String, _ attempts: [AttemptRecord]) -> CaseRecord {
        let words = attempts.flatMap { attempt in
            attempt.cases.filter { $0.name == name }.map { Word(number: attempt.number, record: $0) }
        }
        var verdicts = words.map { (number: $0.number, verdict: $0.record.verdict) }
        // What no step stands for is recorded only where there is something to say.
        if words.allSatisfy({ $0.record.step == nil }) {
            for attempt in attempts where attempt.cameThrough && !words.contains(where: { $0.number == attempt.number })
            {
                verdicts.append((attempt.number, .pass))
            }
        }
        let said = Verdict.over(verdicts.map(\.verdict))
        let passed = verdicts.last { $0.verdict == .pass }
        let lost = words.first { $0.record.lostItsGuest }
        // The words of the attempt that decides: the first that failed, broke or is known; else the last that ran. Of
        // those that broke, one that the kernel may have broken comes first.
        let decisive =
            (said == .error ? lost : nil) ?? words.first { $0.record.verdict == said }
            ?? words.last { $0.record.verdict == .pass } ?? words[0]
        var record = decisive.record
        record.seconds = words.last { $0.record.verdict != .skip }?.record.seconds ?? record.seconds
        record.findings = words.flatMap { word in word.record.findings.map { $0.placed(in: word.number) } }
        record.files = words.flatMap { word in word.record.files.map { AttemptRecord.prefix(word.number) + $0 } }
        record.attempt = decisive.number > 1 ? decisive.number : nil
        record.verdict = said
        let reason = decisive.record.reason ?? "no reason was given"
        switch (said, passed) {
        case (.fail, let passed?):
            record.verdict = .flaky
            record.reason =
                passed.number > decisive.number
                ? "failed, then passed in attempt \(passed.number): \(reason)"
                : "passed, then failed in attempt \(decisive.number): \(reason)"
        case (.error, let passed?) where lost != nil:
            record.verdict = .flaky
            record.reason =
                passed.number > decisive.number
                ? "lost its guest, then passed in attempt \(passed.number): \(reason)"
                : "passed, then lost its guest in attempt \(decisive.number): \(reason)"
        case (.error, let passed?):
            record.verdict = .pass
            record.reason =
                "passed in attempt \(passed.number); our side broke in attempt \(decisive.number): \(reason)"
        default: break
        }
        return record
    }
}

extension CaseRecord {
    /// What is wrong on our side by its name: the guest was lost over that.
    private static let namedTrouble: Set<String> = [
        "qemu-died", "libvirt-lost", "daemon-died", "daemon-stalled", "host-disk-full", "host-overloaded",
    ]

    /// True if it is an error since its guest could not be reached (any more), and nobody knows why. A guest that could
    /// not even be started (the case `guest`) is our side's by what started it: no kernel ran.
    fileprivate var lostItsGuest: Bool {
        guard verdict == .error, !findings.contains(where: { Self.namedTrouble.contains($0.kind) }) else {
            return false
        }
        // Where a cell has several of a name, a number stands behind it.
        return findings.contains { $0.kind == "ssh-lost" }
            || (step == nil && ["ssh", "boot"].contains(name.prefix { $0 != " " }))
    }
}

extension AttemptRecord {
    /// True if all of it ran: what it does not speak of did not happen.
    fileprivate var cameThrough: Bool {
        isComplete == true && ![.error, .skip].contains(verdict)
            && !cases.contains { $0.verdict == .skip && $0.reason?.hasPrefix("not run: ") == true }
    }
}

extension Finding {
    /// With its place relative to the cell's directory.
    fileprivate func placed(in attempt: Int) -> Finding {
        var finding = self
        finding.place?.file = AttemptRecord.prefix(attempt) + (place?.file ?? "")
        return finding
    }
}
