public import TestPlan

/// A kernel of Debian that can be had, whether or not it is in the cache.
public struct KernelCandidate: Sendable, Hashable, Codable {
    /// What a cell is asked to run on.
    public var name: KernelName
    /// What `uname -r` prints: `6.1.0-56-amd64`.
    public var release: String
    /// The package's version: `6.1.192-2`.
    public var version: String
    /// True if it is in the cache, and nothing has to be fetched.
    public var isCached: Bool

    /// A kernel that can be had.
    public init(name: KernelName, release: String, version: String, isCached: Bool) {
        self.name = name
        self.release = release
        self.version = version
        self.isCached = isCached
    }

    /// `debian:6.1.0-56-amd64 (6.1.192-2)`.
    public var label: String { "\(name) (\(version))" }
}
