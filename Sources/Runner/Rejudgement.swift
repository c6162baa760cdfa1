import Foundation
import HostProcess
public import RunRecord
public import SystemPackage
public import TestPlan

/// A run's evidence judged once more, by today's reader of logs and today's known issues. Nothing is booted.
public struct Rejudgement: Sendable {
    /// What is another now in a case.
    public struct Change: Sendable, Hashable, Codable {
        /// The cell's id.
        public var cell: String
        /// The case; nil for the cell itself.
        public var `case`: String?
        /// What was said of it; nil if there was no such case.
        public var before: Verdict?
        /// What is said of it now; nil if nothing is left to say.
        public var after: Verdict?
        /// Titles of findings that are gone, or have another weight now.
        public var gone: [String]
        /// Titles of findings that have come, or have another weight now.
        public var come: [String]
    }

    /// What is known of a cell's failures today.
    public struct Known: Sendable {
        /// The issues.
        public var issues: [KnownIssue]
        /// False if those of its plan cannot be had; then what was known stays so.
        public var hasPlans: Bool

        /// Issues, and whether they are all.
        public init(_ issues: [KnownIssue], hasPlans: Bool = true) {
            self.issues = issues
            self.hasPlans = hasPlans
        }
    }

    /// The record with today's verdicts.
    public let record: RunRecord
    /// What is another now.
    public let changes: [Change]
    /// What could not be judged again, a sentence each.
    public let notes: [String]
    /// As it was recorded.
    private let original: RunRecord

    /// - Parameters:
    ///   - run: as it was recorded.
    ///   - directory: where its files are.
    ///   - today: `YYYY-MM-DD`, in UTC; nil for today.
    ///   - known: what is known of a cell's failures.
    /// - Throws: `Failure` if the run still goes on, or a log cannot be read.
    public init(
        _ run: RunRecord, in directory: FilePath, today: String? = nil, known: (CellRecord) -> Known
    ) throws {
        try RunDirectory.refuseRunning(directory)
        original = run
        var record = run
        var changes: [Change] = []
        var notes: [String] = []
        for index in record.cells.indices {
            let before = record.cells[index]
            var judgement = CellRejudgement(before, isOver: run.ended != nil)
            try judgement.readEvidence(in: directory)
            record.cells[index] = judgement.conclude(known: known(before), today: today ?? CellRecord.today)
            notes += judgement.notes.map { "\(before.id): \($0)" }
            changes += Self.changes(before, record.cells[index])
        }
        let begun = Set(run.cells.map(\.id))
        let isWhole =
            run.ended != nil && run.interruption == nil && (run.asked ?? []).allSatisfy { begun.contains($0.id) }
        record.conclude(isWhole: isWhole)
        self.record = record
        self.changes = changes
        self.notes = notes
    }

    private static func changes(_ before: CellRecord, _ after: CellRecord) -> [Change] {
        var changes: [Change] = []
        func titles(_ record: CaseRecord?) -> [String] {
            (record?.findings ?? []).map { ($0.severity == .notice ? "note: " : "") + $0.title }
        }
        func compare(_ old: CaseRecord?, _ new: CaseRecord?) {
            let (gone, come) = (titles(old), titles(new))
            let change = Change(
                cell: before.id, case: (old ?? new)?.name, before: old?.verdict, after: new?.verdict,
                gone: gone.filter { !come.contains($0) }, come: come.filter { !gone.contains($0) })
            if change.before != change.after || !change.gone.isEmpty || !change.come.isEmpty { changes.append(change) }
        }
        for old in before.cases { compare(old, after.cases.first { $0.name == old.name }) }
        for new in after.cases where !before.cases.contains(where: { $0.name == new.name }) { compare(nil, new) }
        if before.verdict != after.verdict {
            changes.append(
                Change(cell: before.id, case: nil, before: before.verdict, after: after.verdict, gone: [], come: []))
        }
        return changes
    }

    /// Puts the new record in the place of the old, which is kept beside it as `run-1.json`, `run-2.json`, ….
    ///
    /// - Parameter directory: the run's.
    /// - Returns: the record as it was written, and where the old one is.
    /// - Throws: `Failure` if the run still goes on, its record is another by now, or a file cannot be written.
    public func write(in directory: FilePath) throws -> (record: RunRecord, kept: FilePath) {
        let lock = try RunDirectory.lock(directory)
        defer { lock.release() }
        let file = directory.appending("run.json")
        let current = try RunRecord(json: Data(try BoundedRead.bytes(of: file, limit: 256 << 20)))
        guard try current == RunRecord(json: original.json()) else {
            throw Failure(
                "the run's record was changed since it was read", on: file.string,
                advice: "judge it again, as it is now", blame: .request)
        }
        var number = 1
        while access(directory.appending("run-\(number).json").string, F_OK) == 0 { number += 1 }
        let kept = directory.appending("run-\(number).json")
        var record = record
        record.rejudged = (record.rejudged ?? []) + [Date()]
        do {
            try FileManager.default.copyItem(atPath: file.string, toPath: kept.string)
            try record.json().write(to: URL(filePath: file.string), options: .atomic)
        } catch {
            throw Failure(
                "cannot save the new verdicts: \(error.localizedDescription)", on: file.string,
                advice: "free some space there, or make it writable; what was saved before is still whole")
        }
        return (record, kept)
    }
}
