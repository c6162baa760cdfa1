public import Foundation
public import RunRecord

/// Whether an expunge of a plan could be dropped, by what runs have shown.
public struct ExpungeStanding: Sendable, Hashable, Codable {
    /// What is to be said of it.
    public enum Standing: String, Sendable, Hashable, Codable, CaseIterable {
        /// Its cases pass wherever they ran last: it could be dropped.
        case passes
        /// Its day has come: it holds no longer, and can be taken out.
        case expired
        /// The plan's latest runs have no such case: it can be taken out, or is misspelt.
        case unmatched
        /// Some of its cases still fail.
        case fails
        /// Nobody has run its cases in spite of it (`--with-expunged`).
        case neverRun = "never-run"
    }

    /// What came of a case when it last ran in spite of the expunge, on one kernel with one set of parameters.
    public struct Outcome: Sendable, Hashable, Codable {
        /// The case.
        public var `case`: String
        /// The kernel as it was asked for.
        public var kernel: String
        /// The plan's parameters.
        public var parameters: [String: String]
        /// `pass`, `fail`, `known` or `flaky`.
        public var verdict: Verdict
        /// The run's id.
        public var run: String
        /// When the cell began.
        public var started: Date
    }

    /// The cases, as the expunge names them.
    public var test: String
    /// On which kernels and file systems it holds, in words; empty: everywhere.
    public var scope: String
    /// Why; nil where nobody said.
    public var reason: String?
    /// Where it is said: `FILE:LINE:COLUMN`.
    public var location: String
    /// What is to be said of it.
    public var standing: Standing
    /// What that rests on, sorted by case and kernel.
    public var outcomes: [Outcome]
}
