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

    /// - Throws: `CancellationError`; `Failure` of our side.
    func run() async throws {
        try await withScratchDirectory { scratch in
            while true {
                let advance = progress.advance
                let number = try beginGuest()
                let place = EvidenceDirectory(cell: cellDirectory, guest: number)
                switch try await runGuest(in: place, scratch: scratch) {
                case .finished(let reason):
                    skipRest(reason ?? "the suite ended before it")
                    return
                case .goOn(let reason, let killer):
                    journal.endGuest(number, because: reason)
                    if let killer { try await salvage(killer, from: scratch) }
                    guard progress.advance > advance else {
                        skipRest("guest after guest breaks before a case has ended: \(reason)")
                        return
                    }
                    guard hasRest else { return }
                    runner.report(.freshGuest(cell: runner.cell.id, reason: reason))
                }
            }
        }
    }

    /// The suites' steps, by their number.
    private var suites: [(number: Int, step: PlanStep)] {
        runner.plan.steps.enumerated().filter { $0.element.action.suiteOptions != nil }
            .map { ($0.offset + 1, $0.element) }
    }

    private func runGuest(in place: EvidenceDirectory, scratch: FilePath) async throws -> GuestEnding {
        try await runner.withRunningGuest(in: place, scratch: scratch) { guest, recorder, logs, shares in
            try await GuestSession(
                runner: runner, guest: guest, recorder: recorder, logs: logs, journal: journal, progress: progress,
                shard: shard, directory: place, shares: shares, load: .now()
            ).run()
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

    private var hasRest: Bool {
        // A plan may go on with other steps after its suites.
        suites.contains {
            !shard.part(of: progress.remaining(step: $0.number), seconds: runner.medians(step: $0.number)).isEmpty
        }
            || shard.isFirst
    }

    /// Records the cases that never ran: none of them is silently absent.
    private func skipRest(_ reason: String) {
        for (number, _) in suites {
            for name in shard.part(of: progress.remaining(step: number), seconds: runner.medians(step: number)) {
                progress.record(name, step: number)
                journal.add(
                    CaseRecord(
                        name: runner.plan.recordName(of: name, step: number), step: number, verdict: .skip,
                        reason: "not run: \(reason)", seconds: 0))
            }
        }
    }

    /// Takes over what a case left on the results disk of a guest that is gone.
    private func salvage(_ killer: GuestEnding.Killer, from scratch: FilePath) async throws {
        guard let copy = try await ResultsDisk(in: scratch).copyFiles(to: scratch.appending("salvage")) else { return }
        let files = killer.suite.salvage(killer.name, from: copy, to: cellDirectory)
        journal.amend(killer.record) { $0.files += files }
    }
}
