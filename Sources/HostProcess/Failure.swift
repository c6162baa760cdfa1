/// An error in three parts: what failed, on what, and what to do about it.
///
/// Every room throws this type for its own failures, so that the command line
/// can print them alike and a record can keep them whole.
public struct Failure: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// Whose fault it is, which decides the exit status and the verdict.
    public enum Blame: String, Sendable, Hashable, Codable {
        /// The request was wrong: a file, a flag, a missing kernel (exit status 2).
        case request
        /// Our side or the host failed (exit status 3, verdict `error`).
        case host
    }

    /// What failed, as a clause: `cannot start virtiofsd`.
    public let what: String
    /// The thing it failed on: a path, a command, an address.
    public let subject: String
    /// What the reader can do now. Empty only where nothing can be done.
    public let advice: String
    /// Whose fault it is.
    public let blame: Blame

    /// - Parameters:
    ///   - what: what failed.
    ///   - subject: the thing it failed on.
    ///   - advice: what to do about it.
    ///   - blame: whose fault it is; the host's unless said otherwise.
    public init(_ what: String, on subject: String, advice: String, blame: Blame = .host) {
        self.what = what
        self.subject = subject
        self.advice = advice
        self.blame = blame
    }

    /// The three parts on one line.
    public var description: String {
        let head = subject.isEmpty ? what : "\(what): \(subject)"
        return advice.isEmpty ? head : "\(head) (\(advice))"
    }
}
