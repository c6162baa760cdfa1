import Steps

/// How a guest's part of a cell came to its end.
enum GuestEnding: Sendable {
    /// It is over: all steps are done, or one of them (or the boot) stopped the plan for this reason.
    case finished(stopped: String?)
    /// The guest is of no more use, and cases of a suite remain.
    ///
    /// - Parameters:
    ///   - reason: why it is of no more use: `generic/647: the guest's kernel panicked`.
    ///   - killer: the suite's case in which it was lost; nil if it was merely damaged.
    case goOn(reason: String, killer: Killer?)

    /// A case in which a guest was lost.
    struct Killer: Sendable {
        /// The record's name.
        var record: String
        /// The suite's name for it.
        var name: String
        /// The suite.
        var suite: any Suite
    }
}
