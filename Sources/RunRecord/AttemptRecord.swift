public import Foundation

/// One attempt at a cell that was run again because it had failed, in guests of its own.
public struct AttemptRecord: Sendable, Hashable, Codable {
    /// From 1.
    public var number: Int
    /// What is said of it: over its cases.
    public var verdict: Verdict
    /// Why, in one sentence; nil for a plain pass.
    public var reason: String?
    /// When it began.
    public var started: Date
    /// Wall time in seconds.
    public var seconds: Double
    /// True once all of it has run; nil while it runs, and for ever if it was interrupted.
    public var isComplete: Bool?
    /// Its cases; their files and places are relative to its directory. Of a suite, attempts after the first have only
    /// the cases that had failed. Empty where the database remembers a run whose files are gone.
    public var cases: [CaseRecord]
    /// Its guests, from 1 in each attempt; nil if it had none.
    public var guests: [GuestRecord]?
    /// Its directory, relative to the run's.
    public var directory: String

    /// An attempt as a cell's record has it while it runs.
    ///
    /// - Parameters:
    ///   - number: from 1.
    ///   - cell: the record of the attempt alone.
    public init(_ number: Int, _ cell: CellRecord) {
        self.number = number
        verdict = cell.verdict
        reason = cell.reason
        started = cell.started
        seconds = cell.seconds
        isComplete = cell.isComplete
        cases = cell.cases
        guests = cell.guests
        directory = cell.directory
    }

    /// What leads from the cell's directory to that of an attempt: nothing for the first.
    ///
    /// - Parameter number: from 1.
    public static func prefix(_ number: Int) -> String { number == 1 ? "" : "attempt-\(number)/" }
}
