/// One guest of a cell. A cell has more than one where a case broke a guest and those that remained went on in a
/// fresh one, or where its cases were spread over several.
public struct GuestRecord: Sendable, Hashable, Codable {
    /// Its number in the cell, from 1; the files of those after the first lie in `guest-N` below the cell's directory.
    public var number: Int
    /// The attempt at the cell that it belongs to; nil for the first.
    public var attempt: Int?
    /// Which part of the cases it ran, from 1; nil where they were not spread.
    public var shard: Int?
    /// Seconds from the cell's beginning to its own start; nil in documents from before it was kept.
    public var began: Double?
    /// Seconds from then until it was gone; nil if it runs, or in older documents.
    public var lasted: Double?
    /// How it came to run; nil in documents from before there were templates.
    public var start: EnvironmentRecord.Start?
    /// Seconds from the start of QEMU to the end of the first SSH command; nil if it never came to that.
    public var bootSeconds: Double?
    /// Whether it was seen to have the mutated module; nil if it was not, and without a mutation.
    public var hadMutation: Bool?
    /// Bytes of the host's memory that it took at most, QEMU and virtiofsd together (their proportional set size); nil
    /// if it could not be seen, or in older documents.
    public var peakMemory: Int?
    /// Seconds of the host's CPUs that it took; nil as above.
    public var cpuSeconds: Double?
    /// Seconds that its threads were ready to run and the host had no CPU for them; nil as above.
    public var cpuWaitSeconds: Double?
    /// Why it was ended before the cell was done: `generic/647: the guest's kernel panicked`; nil for the last.
    public var ended: String?

    /// A guest that has just been started.
    public init(number: Int, shard: Int? = nil) {
        self.number = number
        self.shard = shard
    }
}
