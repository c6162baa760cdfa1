public import RunRecord
public import SystemPackage

/// A run that was found again.
public struct StoredRun: Sendable, Hashable {
    /// The record, as it was saved last.
    public var record: RunRecord
    /// Where its files are, or were.
    public var directory: FilePath
    /// Whether the directory still holds the record. If not, ``record`` is what the store remembers: all but the
    /// kernel's whole reports, and the run cannot be resumed.
    public var isWhole: Bool

    /// A run and where it is kept.
    public init(record: RunRecord, directory: FilePath, isWhole: Bool = true) {
        self.record = record
        self.directory = directory
        self.isWhole = isWhole
    }
}
