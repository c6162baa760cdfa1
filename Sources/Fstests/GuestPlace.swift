/// Where things lie in a guest that runs fstests.
public enum GuestPlace {
    /// The built tree's own file system, which can only be read.
    public static let tree = "/mnt/vmharness-tree"
    /// The file system that outlives the guest.
    public static let results = "/mnt/vmharness-results"
    /// `RESULT_BASE`; `check` makes a directory a section in it.
    public static let resultBase = "\(results)/fstests"
    /// Where `check` runs: links into the tree, in directories that can be written to. `check` looks for the core
    /// dumps of cases in its own directory, and on a read-only tree there would never be one.
    public static let work = "/var/lib/xfstests"
    /// Configurations and lists of cases; a tmpfs.
    public static let run = "/run/vmharness-fstests"
    /// `TEST_DIR`.
    public static let test = "/mnt/test"
    /// `SCRATCH_MNT`.
    public static let scratch = "/mnt/scratch"
    /// Below it, what stands behind a network file system or FUSE.
    public static let base = "/mnt/vmharness-base"
    /// In the tree's root directory: what its programs need, as ``ProgramNeeds`` writes it.
    public static let needsFile = ".vmharness-needs"
    /// That file in the guest.
    public static let needs = "\(tree)/\(needsFile)"
}
