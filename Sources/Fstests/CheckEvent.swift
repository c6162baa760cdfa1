/// What `check` says on its standard output, as it says it.
public enum CheckEvent: Sendable, Hashable {
    /// A section begins (`SECTION       -- ext4`).
    case section(String)
    /// A line about the section: `FSTYP         -- xfs (non-debug)`.
    case setting(name: String, value: String)
    /// A case has begun: its name stands on a line that is not yet complete.
    case began(String)
    /// A case has ended.
    case ended(CheckedCase)
    /// The set-up of `check` itself failed, in its words; it ends with status 1 then.
    case setupError(String)
    /// The count of reruns of a case that failed once (`-L`): `aggregate results across 4 runs: …`.
    case aggregate(name: String, text: String)
    /// A line of the summary: `Ran: …`, `Failures: …`, `Failed 1 of 2 tests`.
    case summary(CheckSummaryLine)
    /// A line that is none of these.
    case unknown(String)
}

/// A line of the summary at the end of a section.
public enum CheckSummaryLine: Sendable, Hashable {
    /// `Ran:`, with the names.
    case ran([String])
    /// `Not run:`, with the names.
    case notRun([String])
    /// `Failures:`, with the names.
    case failures([String])
    /// `Failed N of M tests`.
    case failed(Int, of: Int)
    /// `Passed all N tests`, which counts those that did not run as well.
    case passed(Int)
    /// `Interrupted!`
    case interrupted
    /// `Xunit report:`, with the path in the guest.
    case report(String)
}

/// A case as `check` tells its end.
public struct CheckedCase: Sendable, Hashable {
    /// How a case ended.
    public enum Status: String, Sendable, Hashable {
        /// It did as it should.
        case pass
        /// Its output differs, it exited with a status, or a check after it found something.
        case fail
        /// It found that something it needs is missing (`[not run]`).
        case notRun
        /// It was left out by name (`[expunged]`).
        case expunged
        /// The tree has no such case, or it was only named (`check -n`).
        case missing
    }

    /// The name: `generic/001`.
    public var name: String
    /// How it ended.
    public var status: Status
    /// How long it took, in whole seconds; only of a pass.
    public var seconds: Int?
    /// Why, a clause each: the reason of `[not run]`, `[failed, exit status 1]`, `- output mismatch (see …)`.
    public var reasons: [String]
    /// The indented lines after an output mismatch: the beginning of the diff.
    public var diff: [String]
    /// The commits that may be missing in the kernel, as the case has them (`HINT: …`).
    public var hints: [String]
    /// Other lines that came with it.
    public var others: [String]
    /// Lines of it that were not kept, since there were too many.
    public var dropped: Int

    /// A case and its end.
    public init(
        name: String, status: Status, seconds: Int? = nil, reasons: [String] = [],
        diff: [String] = [], hints: [String] = [], others: [String] = [], dropped: Int = 0
    ) {
        self.name = name
        self.status = status
        self.seconds = seconds
        self.reasons = reasons
        self.diff = diff
        self.hints = hints
        self.others = others
        self.dropped = dropped
    }
}
