/// `suite`: a program that reports its cases as KTAP or TAP.
public struct SuiteRequest: Sendable, Hashable {
    /// Runs the case in the variable `CASE` if there is a ``list``, else all of them.
    public var command: GuestCommand
    /// Prints the names of the cases, a line each, so that they are run one by one; nil if the program runs them all.
    public var list: GuestCommand?
    /// Persistent memory that gets back what `pmem.save` kept of it before each case.
    public var restored: [String]
    /// How they are run.
    public var options: SuiteOptions

    /// Creates a request.
    public init(
        command: GuestCommand, list: GuestCommand? = nil, restored: [String] = [],
        options: SuiteOptions = SuiteOptions()
    ) {
        self.command = command
        self.list = list
        self.restored = restored
        self.options = options
    }
}

/// `kselftest`: the kernel's own selftests, from an installed tree or from Debian's source of the cell's kernel.
public struct KselftestRequest: Sendable, Hashable {
    /// A tree as `make -C tools/testing/selftests install` leaves it, a directory or an archive, as an absolute path
    /// on the host; nil: built from the source package of the cell's Debian kernel.
    public var tree: String?
    /// The collections (`TARGETS`), such as `timers`; empty: all of an installed tree.
    public var collections: [String]
    /// Cases by name: `timers:posix_timers`; empty: all of the collections.
    public var tests: [String]
    /// Cases left out by name.
    public var excludedTests: [String]
    /// How they are run.
    public var options: SuiteOptions

    /// Creates a request.
    public init(
        tree: String? = nil, collections: [String] = [], tests: [String] = [], excludedTests: [String] = [],
        options: SuiteOptions = SuiteOptions()
    ) {
        self.tree = tree
        self.collections = collections
        self.tests = tests
        self.excludedTests = excludedTests
        self.options = options
    }
}
