/// Which kernel wrote a report.
public struct KernelIdentity: Sendable, Hashable, Codable {
    /// As `uname -r` prints it: `6.1.0-56-amd64`.
    public var release: String
    /// As `uname -v` begins: `#1 Debian 6.1.192-2`; nil when the log does not say.
    public var build: String?

    /// Names a kernel.
    public init(release: String, build: String? = nil) {
        self.release = release
        self.build = build
    }
}
