/// The options in force on a mount, against those that were asked for.
///
/// mount(2) does not tell: a device that is mounted already keeps the options of its superblock, whatever a second
/// mount asks (`-o dax` returns 0 and nothing is direct), and some kernels turn an option off with a line in the log.
struct MountOptions {
    /// What the kernel shows.
    let shown: Set<String>

    /// - Parameters:
    ///   - entry: the mount.
    ///   - further: options that the file system shows elsewhere; ext4 has all of them in `/proc/fs/ext4/DEVICE/options`
    ///     and only those that differ from the superblock's defaults in mountinfo.
    init(_ entry: MountTable.Entry, further: [String] = []) {
        shown = Set(entry.options + entry.superOptions + further)
    }

    /// Whether nothing can be written, for the mount or for the file system.
    var isReadOnly: Bool { shown.contains("ro") }

    /// The options among `asked` that are not in force, as far as can be told; in their order.
    func absent(of asked: [String]) -> [String] {
        asked.filter { !isInForce($0) }
    }

    private func isInForce(_ option: String) -> Bool {
        // What only mount(8) and programs of user space read.
        if option.hasPrefix("x-") || option.hasPrefix("X-") || Self.userSpace.contains(option) { return true }
        if let opposites = Self.unshown[option] { return shown.isDisjoint(with: opposites) }
        if option == "ro" { return isReadOnly }
        if option == "rw" { return !isReadOnly }
        let option = Self.synonyms[option] ?? option
        if shown.contains(option) { return true }
        let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            // `dax` for `dax=always`, `discard` for `discard=async`.
            return shown.contains { text in
                text.hasPrefix(option + "=") && !Self.negations.contains(String(text.dropFirst(option.count + 1)))
            }
        }
        // `dax=always` for the `dax` of older kernels, `compress=zstd` for `compress=zstd:3`, `subvol=a` for `/a`.
        return (Self.affirmations.contains(parts[1]) && shown.contains(parts[0]))
            || shown.contains { $0.hasPrefix(option + ":") } || shown.contains("\(parts[0])=/\(parts[1])")
    }

    /// mount(8), "FILESYSTEM-INDEPENDENT MOUNT OPTIONS": those that never come to the kernel.
    private static let userSpace: Set = [
        "defaults", "auto", "noauto", "nofail", "_netdev", "user", "nouser", "users", "owner", "group", "silent",
        "loud",
    ]
    private static let negations: Set = ["never", "no", "off", "none", "0"]
    private static let affirmations: Set = ["always", "yes", "on", "1"]
    /// xfs shows another spelling than it takes (xfs_fs_show_options of fs/xfs/xfs_super.c).
    private static let synonyms = [
        "quota": "usrquota", "uquota": "usrquota", "gquota": "grpquota", "pquota": "prjquota",
    ]
    /// Defaults that kernels do not show, with what they show where such an option is not in force
    /// (fs/proc_namespace.c, and the show_options of ext4, xfs, btrfs and gfs2).
    private static let unshown: [String: Set<String>] = [
        "suid": ["nosuid"], "dev": ["nodev"], "exec": ["noexec"], "async": ["sync", "dirsync"],
        "diratime": ["nodiratime"], "atime": ["noatime"], "strictatime": ["noatime", "relatime"],
        "nolazytime": ["lazytime"], "nomand": ["mand"], "symfollow": ["nosymfollow"],
        "nodiscard": ["discard", "discard=async"], "datacow": ["nodatacow"], "datasum": ["nodatasum"],
        "treelog": ["notreelog"], "barrier": ["nobarrier"], "noautodefrag": ["autodefrag"], "nolargeio": ["largeio"],
        "noquota": ["usrquota", "grpquota", "prjquota"], "data=ordered": ["data=writeback", "data=journal"],
        "errors=withdraw": ["errors=panic"], "dax=inode": ["dax", "dax=always", "dax=never"],
    ]
}
