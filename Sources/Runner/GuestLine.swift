import Foundation
import HostProcess
import Machine
import RunRecord
import Steps
import SystemPackage
import TestPlan

/// The guests of a cell, or of one of its parts, that follow one another: where
/// a case breaks a guest, those that remain go on in a fresh one, which finds
/// the shares and disks as they were left.
struct GuestLine: Sendable {
    let runner: CellRunner
    let journal: CellJournal
    let progress: CellProgress
    let cellDirectory: FilePath
    let shard: Shard

    /// - Returns: true if all of it has run; false if cases were left out over some trouble.
    /// - Throws: `CancellationError`; `Failure` of our side.
    func run() async throws -> Bool {
        try await withScratchDirectory { scratch in
            while true {
                let advance = progress.advance
                let number = try beginGuest()
                let place = EvidenceDirectory(cell: cellDirectory, guest: number)
                switch try await runGuest(in: place, scratch: scratch) {
                case .finished(let reason):
                    return skipRest(reason ?? "the suite ended before it")
                case .goOn(let reason, let killer):
                    journal.endGuest(number, because: reason)
                    if let killer { try await salvage(killer, from: scratch) }
                    guard progress.advance > advance else {
                        return skipRest("guest after guest breaks before a case has ended: \(reason)")
                    }
                    guard hasRest else { return true }
                    runner.report(.freshGuest(cell: runner.cell.id, reason: reason))
                }
            }
        }
    }

    /// The suites' steps, by their number.
    private var suites: [(number: Int, step: PlanStep)] {
        runner.plan.steps.enumerated().filter { Steps.suite(of: $0.element) != nil }
            .map { ($0.offset + 1, $0.element) }
    }

    private func runGuest(in place: EvidenceDirectory, scratch: FilePath) async throws -> GuestEnding {
        defer { journal.guestGone(place.guest) }
        return try await runner.withRunningGuest(
            in: place, scratch: scratch,
            unrestored: {
                journal.unrestored($0)
                runner.report(.unrestored(cell: runner.cell.id, $0))
            }
        ) { running in
            try await runner.meter.watch {
                [running.guest.pid] + running.guest.daemons.values
            } sharedFile: {
                running.guest.memoryCopy
            } ended: {
                journal.guestTook($0, place.guest, peakMemory: runner.meter.peakMemory)
            } _: {
                try await GuestSession(
                    runner: runner, running: running, journal: journal, progress: progress, shard: shard,
                    directory: place, load: .now()
                ).run()
            }
        }
    }

    /// Gives the next guest its number and directory.
    private func beginGuest() throws -> Int {
        let number = journal.beginGuest(shard: shard)
        let path = EvidenceDirectory(cell: cellDirectory, guest: number).path
        guard mkdir(path.string, 0o755) == 0 || errno == EEXIST else {
            throw Failure("cannot make a guest's directory: \(systemError())", on: path.string, advice: "")
        }
        return number
    }

    /// True if something is left for another guest: cases of this part, a
    /// suite of which nobody has told the cases yet, or another step of the plan.
    private var hasRest: Bool {
        let recorded = Set(journal.record.cases.compactMap(\.step))
        return runner.plan.steps.enumerated().contains { index, step in
            let number = index + 1
            guard step.isCase, runner.prepared.absent[number] == nil else { return false }
            if Steps.suite(of: step) == nil { return shard.isFirst && !recorded.contains(number) }
            return progress.isPlanned(step: number)
                ? !progress.remaining(step: number, shard: shard.number).isEmpty : !recorded.contains(number)
        }
    }

    /// Records the cases that never ran: none of them is silently absent, nor
    /// is a suite of which nobody has told the cases.
    ///
    /// - Returns: true if there are none.
    private func skipRest(_ reason: String) -> Bool {
        var skipped: [CaseRecord] = []
        let recorded = Set(journal.record.cases.compactMap(\.step))
        for (number, step) in suites where runner.prepared.absent[number] == nil {
            for name in progress.remaining(step: number, shard: shard.number) {
                progress.record(name, step: number)
                skipped.append(skip(runner.plan.recordName(of: name, step: number), number, reason))
            }
            if shard.isFirst, !progress.isPlanned(step: number), !recorded.contains(number) {
                skipped.append(skip(step.title, number, reason))
            }
        }
        journal.add(skipped)
        return skipped.isEmpty
    }

    private func skip(_ name: String, _ step: Int, _ reason: String) -> CaseRecord {
        CaseRecord(name: name, step: step, verdict: .skip, reason: "not run: \(reason)", seconds: 0)
    }

    /// Takes over what a case left on the results disk of a guest that is gone.
    private func salvage(_ killer: GuestEnding.Killer, from scratch: FilePath) async throws {
        guard let wanted = killer.suite.resultFiles(of: killer.name) else { return }
        do {
            let files = try await ResultsDisk(in: scratch).take(wanted, to: cellDirectory, scratch: scratch)
            journal.amend(killer.record) { $0.files += files }
        } catch {
            try Task.checkCancellation()
            journal.note("what \(killer.name) left on the results disk could not be read: \(error)")
        }
    }
}
