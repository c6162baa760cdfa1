/// The kernels on which a plan must fail and must pass: the proof that it can tell them apart.
public struct Calibration: Sendable, Hashable {
    /// One kernel with what is expected of the plan on it.
    public struct Expectation: Sendable, Hashable {
        /// The kernel.
        public var kernel: KernelName
        /// The values of parameters for which it is expected; all values of those which are not named.
        public var settings: [String: String]
        /// The title of the finding that must be among those of a failing run, or nil if any failure will do.
        /// Always nil for a kernel that must pass.
        public var finding: String?
        /// The name of the mutation of the kernel with which it is expected, or nil for the kernel as it is.
        public var mutation: String?
        /// Where the plan says so.
        public var location: SourceLocation

        /// Creates an expectation.
        public init(
            kernel: KernelName, settings: [String: String] = [:], finding: String? = nil, mutation: String? = nil,
            location: SourceLocation
        ) {
            self.kernel = kernel
            self.settings = settings
            self.finding = finding
            self.mutation = mutation
            self.location = location
        }

        /// The kernel, its mutation, and the values where it names some: `debian:6.1, mutate=a, size=1MiB`.
        public var subject: String {
            (["\(kernel)"] + [mutation.map { "mutate=\($0)" }].compactMap { $0 }
                + settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: ", ")
        }
    }

    /// The kernels on which the plan must fail.
    public var fails: [Expectation]
    /// The kernels on which the plan must pass.
    public var passes: [Expectation]

    /// Creates a calibration.
    public init(fails: [Expectation] = [], passes: [Expectation] = []) {
        self.fails = fails
        self.passes = passes
    }

    /// Whether the plan says nothing about kernels.
    public var isEmpty: Bool { fails.isEmpty && passes.isEmpty }
}

/// What must be there for a plan to mean anything.
public struct Requirements: Sendable, Hashable {
    /// The accelerator, or nil if any will do.
    public var accelerator: Accelerator?
    /// Modules which the kernel must have, loadable or built in.
    public var modules: [String]
    /// Configuration which the kernel must have: `CONFIG_X` (set to y or m) or `CONFIG_X=VALUE`.
    public var config: [String]

    /// What becomes of a cell whose kernel lacks something.
    public var otherwise: Otherwise

    /// What to do about a kernel that lacks something.
    public enum Otherwise: String, Sendable, Hashable, CaseIterable {
        /// Refuse the whole run before a guest starts.
        case refuse
        /// Skip the cell, with what it lacks as the reason.
        case skip
    }

    /// Creates requirements.
    public init(
        accelerator: Accelerator? = nil, modules: [String] = [], config: [String] = [], otherwise: Otherwise = .refuse
    ) {
        self.accelerator = accelerator
        self.modules = modules
        self.config = config
        self.otherwise = otherwise
    }
}
