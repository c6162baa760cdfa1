import Foundation
import HostProcess
import RunRecord
import Synchronization
import TestPlan

/// A cell's record while it runs. Every change is saved at once.
final class CellJournal: Sendable {
    private struct State {
        var record: CellRecord
        /// The first trouble with saving; the run goes on, and says so.
        var problem: String?
    }
    private let state: Mutex<State>
    private let began = ContinuousClock.now
    /// Seconds that an earlier start of the run spent on the cell.
    private let spent: Double
    private let known: [KnownIssue]
    private let save: @Sendable (CellRecord) throws -> Void

    init(_ record: CellRecord, known: [KnownIssue] = [], save: @Sendable @escaping (CellRecord) throws -> Void) {
        state = Mutex(State(record: record))
        spent = record.seconds
        self.known = known
        self.save = save
    }

    var record: CellRecord { state.withLock { $0.record } }

    func update(_ change: (inout CellRecord) -> Void) {
        state.withLock { state in
            change(&state.record)
            state.record.seconds = spent + (ContinuousClock.now - began) / .seconds(1)
            do { try save(state.record) } catch { state.problem = state.problem ?? "\(error)" }
        }
    }

    /// Notes what is not as a reader would expect, once.
    func note(_ text: String) {
        update { cell in
            if cell.environment?.notes.contains(text) == false { cell.environment?.notes.append(text) }
        }
    }

    func add(_ record: CaseRecord) { add([record]) }

    /// Adds several, which are saved at once.
    func add(_ records: [CaseRecord]) {
        guard !records.isEmpty else { return }
        update { cell in
            for var record in records {
                // Two steps of one name are two cases.
                let count = cell.cases.count { $0.name == record.name || $0.name.hasPrefix(record.name + " #") }
                if count > 0 { record.name += " #\(count + 1)" }
                cell.cases.append(record)
            }
        }
    }

    /// Records a function of the host that could not be put back after a guest: a case, since it must not end as a
    /// success, and there may be no environment yet that could hold a note.
    func unrestored(_ failure: Failure) {
        add(
            CaseRecord(
                name: "passthrough", verdict: .error,
                reason: "a function of the host could not be put back: \(failure)", seconds: 0))
    }

    /// Changes a case that is recorded already.
    func amend(_ name: String, _ change: (inout CaseRecord) -> Void) {
        update { cell in
            guard let at = cell.cases.lastIndex(where: { $0.name == name }) else { return }
            change(&cell.cases[at])
        }
    }

    /// Notes a guest that is about to be started.
    ///
    /// - Returns: its number in the cell, from 1.
    func beginGuest(shard: Shard) -> Int {
        var number = 1
        update { cell in
            number = (cell.guests?.count ?? 0) + 1
            var guest = GuestRecord(number: number, shard: shard.count > 1 ? shard.number : nil)
            guest.began = spent + (ContinuousClock.now - began) / .seconds(1)
            cell.guests = (cell.guests ?? []) + [guest]
        }
        return number
    }

    /// Notes how long a guest took to boot.
    func guestUp(_ number: Int, seconds: Double) {
        update { cell in
            cell.guests?[number - 1].bootSeconds = seconds
            cell.bootSeconds = cell.bootSeconds ?? seconds
        }
    }

    /// Notes how a guest comes to run.
    ///
    /// - Parameter note: what is not as one would expect of it.
    func guestStarts(_ number: Int, _ start: EnvironmentRecord.Start, note: String?) {
        update { cell in
            cell.guests?[number - 1].start = start
            if let note, cell.environment?.notes.contains(note) == false { cell.environment?.notes.append(note) }
        }
    }

    /// Notes that a guest is gone.
    func guestGone(_ number: Int) {
        let now = spent + (ContinuousClock.now - began) / .seconds(1)
        update { cell in
            guard let start = cell.guests?[number - 1].began else { return }
            cell.guests?[number - 1].lasted = now - start
        }
    }

    /// Notes what a guest has taken of the host.
    ///
    /// - Parameter peakMemory: of all the cell's guests so far, at one time.
    func guestTook(_ cost: ProcessCost, _ number: Int, peakMemory: Int?) {
        update { cell in
            cell.guests?[number - 1].peakMemory = cost.peakMemory
            cell.guests?[number - 1].cpuSeconds = (cost.cpuSeconds * 100).rounded() / 100
            cell.guests?[number - 1].cpuWaitSeconds = (cost.waitSeconds * 100).rounded() / 100
            cell.peakMemory = max(cell.peakMemory ?? 0, peakMemory ?? 0)
            cell.addUpGuests()
        }
    }

    /// Notes why a guest was ended before the cell was done.
    func endGuest(_ number: Int, because reason: String) {
        update { $0.guests?[number - 1].ended = reason }
    }

    /// Sets the verdict and saves the record for the last time.
    func conclude() -> CellRecord {
        let problem = state.withLock { $0.problem }
        if let problem {
            add(CaseRecord(name: "record", verdict: .error, reason: problem, seconds: 0))
        }
        update { cell in
            cell.settle(known)
            cell.conclude()
        }
        return record
    }
}
