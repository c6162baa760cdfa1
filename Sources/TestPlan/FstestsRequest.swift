/// `fstests`: cases of a built fstests tree, in one or more sections.
public struct FstestsRequest: Sendable, Hashable {
    /// One configuration of a file system under test, as fstests' own sections are.
    public struct Section: Sendable, Hashable {
        /// The name; `check -s NAME`.
        public var name: String
        /// What is tested: `ext4`, `virtiofs`, …
        public var filesystem: Filesystem
        /// The disks, or for virtiofs the tags, by what they are for.
        public var devices: [Role: [String]]
        /// `MKFS_OPTIONS`; nil leaves fstests its own.
        public var mkfsOptions: String?
        /// `MOUNT_OPTIONS` and `TEST_FS_MOUNT_OPTS`; nil leaves fstests its own.
        public var mountOptions: String?
        /// Further variables of fstests' configuration: `SOAK_DURATION`, `LOAD_FACTOR`, `FSX_AVOID`, …
        public var variables: [String: String]

        /// Creates a section.
        public init(
            name: String, filesystem: Filesystem, devices: [Role: [String]] = [:], mkfsOptions: String? = nil,
            mountOptions: String? = nil, variables: [String: String] = [:]
        ) {
            self.name = name
            self.filesystem = filesystem
            self.devices = devices
            self.mkfsOptions = mkfsOptions
            self.mountOptions = mountOptions
            self.variables = variables
        }
    }

    /// What can be tested.
    public enum Filesystem: String, Sendable, Hashable, Codable, CaseIterable {
        // Each is FSTYP's own word but `virtiofs`, `fuse` and `nfs`, which need a server besides.
        case ext2, ext3, ext4, xfs, btrfs, gfs2, f2fs, overlay, tmpfs, virtiofs, fuse, nfs
    }

    /// What a device is for.
    public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
        /// `TEST_DEV`.
        case test
        /// `SCRATCH_DEV`.
        case scratch
        /// `SCRATCH_DEV_POOL`, several.
        case scratchPool = "scratch-pool"
        /// `LOGWRITES_DEV`.
        case logwrites
        /// `TEST_LOGDEV`.
        case testLog = "test-log"
        /// `SCRATCH_LOGDEV`.
        case scratchLog = "scratch-log"
        /// `TEST_RTDEV`.
        case testRealtime = "test-rt"
        /// `SCRATCH_RTDEV`.
        case scratchRealtime = "scratch-rt"
    }

    /// The tree on the host, a directory or an archive, as an absolute path; nil: `VMHARNESS_FSTESTS` names it.
    public var tree: String?
    /// What becomes of the cases where there is no tree.
    public var otherwise: Requirements.Otherwise
    /// The sections, at least one.
    public var sections: [Section]
    /// Cases by name: `generic/208`.
    public var tests: [String]
    /// Cases by group; `-g`.
    public var groups: [String]
    /// Cases left out by name; `-e`.
    public var excludedTests: [String]
    /// Cases left out by group; `-x`.
    public var excludedGroups: [String]
    /// How they are run.
    public var options: SuiteOptions

    /// Creates a request.
    public init(
        tree: String? = nil, otherwise: Requirements.Otherwise = .refuse, sections: [Section], tests: [String] = [],
        groups: [String] = [], excludedTests: [String] = [], excludedGroups: [String] = [],
        options: SuiteOptions = SuiteOptions()
    ) {
        self.tree = tree
        self.otherwise = otherwise
        self.sections = sections
        self.tests = tests
        self.groups = groups
        self.excludedTests = excludedTests
        self.excludedGroups = excludedGroups
        self.options = options
    }
}
