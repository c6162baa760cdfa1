/// How guests come to run.
public enum GuestStart: String, Sendable, Hashable, Codable, CaseIterable {
    /// From a template where that can be had, else by a boot; the record says which, and why.
    case auto
    /// From a template; what cannot is refused.
    case template
    /// By a boot.
    case cold
}
