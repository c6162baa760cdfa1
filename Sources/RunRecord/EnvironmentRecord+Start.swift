extension EnvironmentRecord {
    /// How a guest came to run.
    public struct Start: Sendable, Hashable, Codable {
        /// From a template.
        public static let template = "template"
        /// By a boot.
        public static let cold = "cold"

        /// `template` or `cold`.
        public var how: String
        /// The digest of the template in the cache; nil for a boot.
        public var template: String?
        /// Why it booted though a template was wished for; nil if nobody wished, or it started from one.
        public var reason: String?
        /// Seconds that making the template took, where it was made for this guest.
        public var made: Double?

        /// A start.
        public init(how: String, template: String? = nil, reason: String? = nil, made: Double? = nil) {
            self.how = how
            self.template = template
            self.reason = reason
            self.made = made
        }

        /// In words: `from a template`, `booted: an IOMMU, and what is behind it, cannot be plugged in`.
        public var text: String {
            how == Self.template ? "from a template" : "booted" + (reason.map { ": \($0)" } ?? "")
        }
    }
}
