public import Foundation
public import RunRecord

/// What came of a plan or of one of its cases in one cell.
public struct HistoryEntry: Sendable, Hashable, Codable {
    /// The run's id.
    public var run: String
    /// The run's directory.
    public var directory: String
    /// The cell's id.
    public var cell: String
    /// When the cell began.
    public var started: Date
    /// The case; nil in the history of a whole plan.
    public var `case`: String?
    /// The kernel as it was asked for.
    public var kernel: String
    /// The kernel's release as it ran; nil if no guest was started.
    public var release: String?
    /// The kernel's build id; nil if it was never read.
    public var build: String?
    /// `kvm` or `tcg`; nil if no guest was started.
    public var accelerator: String?
    /// The plan's parameters.
    public var parameters: [String: String]
    /// What was said of it.
    public var verdict: Verdict
    /// Why.
    public var reason: String?
    /// Wall time in seconds.
    public var seconds: Double
}
