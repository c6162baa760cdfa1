import Foundation
import HostProcess
import RunRecord
import Steps
import SystemPackage
import TestPlan

/// The attempts at a cell: the first, and what is run again of a cell that failed.
struct CellAttempts: Sendable {
    private let plan: TestPlan
    /// How many may follow the first.
    private let retries: Int
    /// The cell as it is after the attempts that have ended.
    private(set) var record: CellRecord
    /// Those that have ended.
    private var ended: [AttemptRecord] = []
    /// What the attempt that comes next begins with.
    private(set) var beginning: CellRecord

    /// - Parameters:
    ///   - record: the cell as it begins, or as an earlier start of the run left it.
    ///   - plan: the cell's.
    ///   - retries: how many attempts may follow the first.
    init(_ record: CellRecord, plan: TestPlan, retries: Int) {
        self.plan = plan
        self.retries = retries
        self.record = record
        // One that was interrupted begins anew, and so does one that broke if nothing came of those after it.
        ended = record.attempts ?? []
        while let last = ended.last, last.isComplete != true { ended.removeLast() }
        beginning = record
        if ended.isEmpty {
            beginning.attempts = nil
            // A record with guests or cases is one that an earlier start left.
            if record.guests != nil || !record.cases.isEmpty {
                beginning = RunDirectory.resumed(record.attempt(1) ?? record, of: plan)
            }
        } else {
            begin(resuming: record.attempt(ended.count + 1))
            if !wantsAnother { keepEnded() }
        }
    }

    /// Leaves out an attempt that was interrupted and is not to be gone on with.
    private mutating func keepEnded() {
        if ended.count > 1 {
            record.attempts = ended
            record.mergeAttempts()
        } else if let first = record.attempt(1) {
            record = first
            record.addUpGuests()
        }
    }

    /// The number of the attempt that comes next, from 1.
    var number: Int { ended.count + 1 }

    /// True if another attempt is to be made: the first always, others after one that failed as nobody expected, or that
    /// our side broke.
    var wantsAnother: Bool {
        ended.last.map { isRepeated(record.alone($0), after: ended.count) } ?? (record.isComplete != true)
    }

    private func isRepeated(_ attempt: CellRecord, after count: Int) -> Bool {
        guard count <= retries else { return false }
        if attempt.verdict == .fail { return record.expected?.isMet(by: attempt) != true }
        return attempt.verdict == .error
    }

    private mutating func begin(resuming interrupted: CellRecord?) {
        if let interrupted {
            beginning = RunDirectory.resumed(interrupted, of: plan)
            return
        }
        beginning = CellRecord(
            id: record.id, plan: record.plan, kernel: record.kernel, mutation: record.mutation,
            parameters: record.parameters, started: Date(),
            directory: (ended.first?.directory ?? record.directory) + "/attempt-\(number)")
        beginning.backend = record.backend
        beginning.expected = record.expected
        beginning.expected?.isMet = nil
    }

    /// The directory of the attempt that comes next.
    ///
    /// - Parameter cell: the cell's.
    /// - Throws: `Failure` if it cannot be made.
    func makeDirectory(_ cell: FilePath) throws -> FilePath {
        guard number > 1 else { return cell }
        let path = cell.appending("attempt-\(number)")
        guard mkdir(path.string, 0o755) == 0 || errno == EEXIST else {
            throw Failure("cannot make an attempt's directory: \(systemError())", on: path.string, advice: "")
        }
        return path
    }

    /// Which cases of suites the attempt that comes next need not run: those that it has run already, of a run that is
    /// resumed; and where nothing but cases of suites failed before, all others.
    func progress(after begun: CellRecord) -> CellProgress {
        var recorded: [Int: Set<String>] = [:]
        func note(_ record: CaseRecord) {
            guard let step = record.step else { return }
            recorded[step, default: []].insert(plan.suiteName(of: record.name, step: step))
        }
        begun.cases.forEach(note)
        if !ended.isEmpty, record.cases.filter(isOpen).allSatisfy(isOfSuite) {
            record.cases.filter { isOfSuite($0) && !isOpen($0) }.forEach(note)
        }
        return CellProgress(recorded: recorded)
    }

    /// True for what is to be run again.
    private func isOpen(_ record: CaseRecord) -> Bool {
        record.verdict == .fail || record.verdict == .error
            || (record.verdict == .skip && record.reason?.hasPrefix("not run: ") == true)
    }

    /// True for a case of a suite; one that has the step's own name says that the suite could not be prepared.
    private func isOfSuite(_ record: CaseRecord) -> Bool {
        guard let number = record.step, plan.steps.indices.contains(number - 1) else { return false }
        let step = plan.steps[number - 1]
        return suite(of: step) != nil && record.name != step.title
    }

    /// Notes that an attempt has ended.
    mutating func end(_ attempt: CellRecord) {
        let isLast = !isRepeated(attempt, after: number)
        record = merged(attempt, isLast: isLast)
        ended.append(AttemptRecord(number, attempt))
        if !isLast { begin(resuming: nil) }
    }

    /// The cell's record while an attempt goes on.
    ///
    /// - Parameter attempt: as it is now.
    func record(with attempt: CellRecord) -> CellRecord {
        // It is not judged before its end: then it can still be one that is repeated.
        var judged = attempt
        judged.verdict = .over(attempt.cases.map(\.verdict))
        let isLast = attempt.isComplete != true || !isRepeated(judged, after: number)
        var record = merged(attempt, isLast: isLast)
        if !ended.isEmpty {
            record.verdict = .over(ended.map(\.verdict))
            record.reason = ended.first { $0.verdict == record.verdict }?.reason
            record.expected?.isMet = nil
        }
        return record
    }

    private func merged(_ attempt: CellRecord, isLast: Bool) -> CellRecord {
        guard !ended.isEmpty || !isLast else { return attempt }
        var merged = ended.isEmpty ? attempt : record
        merged.peakMemory = [record.peakMemory, attempt.peakMemory].compactMap { $0 }.max()
        merged.environment =
            record.environment.map { environment in
                var environment = environment
                for note in attempt.environment?.notes ?? [] where !environment.notes.contains(note) {
                    environment.notes.append(note)
                }
                return environment
            } ?? attempt.environment
        merged.attempts = ended + [AttemptRecord(number, attempt)]
        merged.mergeAttempts()
        if !isLast { merged.isComplete = nil }
        return merged
    }
}

extension CellRecord {
    /// The case of a cell that was not run because others had failed.
    static let scheduleCase = "schedule"

    /// True if nobody has begun it.
    var isScheduleSkip: Bool {
        guests == nil && environment == nil && cases.map(\.name) == [Self.scheduleCase]
    }
}
