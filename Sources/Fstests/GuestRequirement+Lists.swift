import TestPlan

extension GuestRequirement {
    /// What every run of `check` needs: it ends without the first, and gives false results without the others.
    static let common: [GuestRequirement] =
        programs([
            "bash": ["bash"], "coreutils": ["df"], "mount": ["mount", "umount", "losetup"],
            "util-linux": ["mkfs", "fsck", "blkid", "wipefs", "su"], "perl": ["perl"], "gawk": ["gawk"],
            "sed": ["sed"], "bc": ["bc"], "hostname": ["hostname"], "xfsprogs": ["xfs_io", "xfs_quota"],
            "attr": ["getfattr", "setfattr", "attr"], "acl": ["getfacl", "setfacl", "chacl"],
            "quota": ["quota", "quotacheck", "setquota", "repquota"], "dmsetup": ["dmsetup"],
            "psmisc": ["killall", "fuser"], "procps": ["ps"], "uuid-runtime": ["uuidgen"], "file": ["file"],
            "kmod": ["modprobe"], "libc-bin": ["ldconfig"], "e2fsprogs": ["filefrag", "lsattr", "chattr"],
        ]) + [
            GuestRequirement(.user, "fsgqa"), GuestRequirement(.user, "fsgqa2"),
            GuestRequirement(.user, "123456-fsgqa"),
            GuestRequirement(.group, "fsgqa"),
        ]

    /// What single cases need.
    static let optional: [GuestRequirement] = programs([
        "fio": ["fio"], "lvm2": ["lvm"], "dbench": ["dbench"], "indent": ["indent"], "sqlite3": ["sqlite3"],
        "keyutils": ["keyctl"], "libcap2-bin": ["setcap"], "xfsdump": ["xfsdump"], "python3": ["python3"],
    ]).map {
        var wish = $0
        wish.isOptional = true
        return wish
    }

    /// What a file system needs besides.
    static func of(_ filesystem: FstestsRequest.Filesystem) -> [GuestRequirement] {
        let type = filesystem.rawValue
        let programs: [GuestRequirement] =
            switch filesystem {
            case .ext2, .ext3, .ext4:
                Self.programs([
                    "e2fsprogs": ["mkfs.\(type)", "fsck.\(type)", "tune2fs", "resize2fs", "dumpe2fs", "debugfs"]
                ])
            case .xfs:
                Self.programs([
                    "xfsprogs": ["mkfs.xfs", "xfs_repair", "xfs_db", "xfs_logprint", "xfs_info", "xfs_growfs"]
                ])
            case .btrfs: Self.programs(["btrfs-progs": ["mkfs.btrfs", "btrfs"]])
            case .gfs2: Self.programs(["gfs2-utils": ["mkfs.gfs2", "fsck.gfs2"]])
            case .f2fs: Self.programs(["f2fs-tools": ["mkfs.f2fs", "fsck.f2fs"]])
            case .overlay: of(.ext4)
            case .tmpfs, .virtiofs: []
            case .fuse: Self.programs(["e2fsprogs": ["mkfs.ext4"], "fuse3": ["mount.fuse3"]])
            case .nfs:
                [GuestRequirement(.filesystem, "nfsd")]
                    + Self.programs([
                        "nfs-common": ["mount.nfs"], "nfs-kernel-server": ["rpc.nfsd", "rpc.mountd", "exportfs"],
                        "e2fsprogs": ["mkfs.ext4"], "procps": ["pgrep"],
                    ])
            }
        return [GuestRequirement(.filesystem, type)] + programs
    }

    /// What a section needs beyond its file system.
    static func of(_ section: FstestsRequest.Section) -> [GuestRequirement] {
        switch (section.filesystem, section.variables["OVL_BASE_FSTYP"], section.variables["FUSE_SUBTYP"]) {
        case (.overlay, let base?, _):
            FstestsRequest.Filesystem(rawValue: base).map { of(.overlay) + of($0) } ?? of(.overlay)
        case (.fuse, _, nil):
            of(.fuse) + programs(["bindfs": ["bindfs"]])
        case (.fuse, _, let server?) where server.hasPrefix("."):
            of(.fuse) + [GuestRequirement(.program, "mount.fuse\(server)")]
        default:
            of(section.filesystem)
        }
    }

    private static func programs(_ packages: KeyValuePairs<String, [String]>) -> [GuestRequirement] {
        packages.flatMap { package, names in names.map { GuestRequirement(.program, $0, package: package) } }
    }
}
