import HostProcess
import TestPlan

/// How one file system is set up under fstests: the variables, and what has to be made before.
struct FilesystemSetup {
    /// Of the configuration.
    private(set) var variables: [String: String] = [:]
    /// Variables of the plan that are taken up here and do not go into the configuration as they are.
    private(set) var ownVariables: Set<String> = ["REPORT_LIST"]
    private var lines: [String] = []

    private let section: FstestsRequest.Section
    private let nodes: [FstestsRequest.Role: [String]]
    private let kernel: KernelSeries

    /// - Throws: `Failure` if a device is missing.
    init(_ section: FstestsRequest.Section, nodes: [FstestsRequest.Role: [String]], kernel: KernelSeries) throws {
        self.section = section
        self.nodes = nodes
        self.kernel = kernel
        lines = [
            // One step after the other; what one says is read only if it fails.
            "set -ef", "exec 2>&1", "mkdir -p \(GuestPlace.test) \(GuestPlace.scratch)",
        ]
        switch section.filesystem {
        case .ext2, .ext3, .ext4, .xfs, .btrfs, .gfs2, .f2fs: try onDisks()
        case .overlay: try overlay()
        case .tmpfs: tmpfs()
        case .virtiofs: try virtiofs()
        case .fuse: fuse()
        case .nfs: nfs()
        }
    }

    /// The script for the guest.
    var script: String { lines.joined(separator: "\n") + "\n" }

    // MARK: File systems on disks

    private mutating func onDisks() throws {
        let type = section.filesystem.rawValue
        variables["FSTYP"] = type
        let test = try node(.test)
        variables["TEST_DEV"] = test
        // With a pool, fstests takes SCRATCH_DEV from it and refuses one of its own.
        let scratch = nodes[.scratch] ?? []
        if let pool = nodes[.scratchPool], !pool.isEmpty {
            variables["SCRATCH_DEV_POOL"] = (scratch + pool).joined(separator: " ")
        } else {
            variables["SCRATCH_DEV"] = scratch.first
        }
        variables["LOGWRITES_DEV"] = nodes[.logwrites]?.first
        variables["TEST_LOGDEV"] = nodes[.testLog]?.first
        variables["SCRATCH_LOGDEV"] = nodes[.scratchLog]?.first
        variables["TEST_RTDEV"] = nodes[.testRealtime]?.first
        variables["SCRATCH_RTDEV"] = nodes[.scratchRealtime]?.first
        let external: [FstestsRequest.Role] = [.testLog, .scratchLog, .testRealtime, .scratchRealtime]
        if external.contains(where: { nodes[$0]?.isEmpty == false }) { variables["USE_EXTERNAL"] = "yes" }
        let options = section.mkfsOptions ?? Self.defaultOptions(type, kernel)
        variables["MKFS_OPTIONS"] = options
        variables["MOUNT_OPTIONS"] = section.mountOptions
        variables["TEST_FS_MOUNT_OPTS"] = section.mountOptions
        var own = options ?? ""
        if type == "xfs" {
            if let log = nodes[.testLog]?.first { own += " -l logdev=\(log)" }
            if let realtime = nodes[.testRealtime]?.first { own += " -r rtdev=\(realtime)" }
        }
        makeFilesystem(type, options: own, on: test)
    }

    /// What today's mkfs needs to be told for the kernel at hand, if the plan says nothing.
    static func defaultOptions(_ type: String, _ kernel: KernelSeries) -> String? {
        switch type {
        case "gfs2":
            // One node, no cluster. Format 1802 came with Linux 5.12 (GFS2_FS_FORMAT_MAX).
            "-O -p lock_nolock -j 1 -J 32" + (kernel < KernelSeries(5, 12) ? " -o format=1801" : "")
        case "xfs":
            // Large extent counts came with Linux 5.19 and are made by default since xfsprogs 6.5.
            kernel < KernelSeries(5, 19) ? "-i nrext64=0" : nil
        default: nil
        }
    }

    /// `check` wants a file system on TEST_DEV: a blank one ends it, even with RECREATE_TEST_DEV.
    private mutating func makeFilesystem(_ type: String, options: String, on device: String) {
        let force: String =
            switch type {
            case "ext2", "ext3", "ext4": "-q -F"
            case "gfs2": "-q -O"
            default: "-q -f"
            }
        lines.append("wipefs -a -q \(GuestWord.quoted(device))")
        // Split at its blanks, as fstests does; nothing else of the shell's happens to it.
        lines.append("options=\(GuestWord.quoted(options))")
        lines.append("mkfs.\(type) \(force) $options \(GuestWord.quoted(device))")
    }

    // MARK: File systems over others

    /// README.overlay: the base is formatted beforehand, and `check -overlay` puts its directories on it.
    private mutating func overlay() throws {
        let base = section.variables["OVL_BASE_FSTYP"] ?? "ext4"
        guard ["ext4", "xfs", "btrfs", "f2fs"].contains(base) else {
            throw Failure(
                "overlay cannot be tested over this file system here", on: "OVL_BASE_FSTYP=\(base)",
                advice: "ext4, xfs, btrfs or f2fs", blame: .request)
        }
        ownVariables.insert("OVL_BASE_FSTYP")
        variables["FSTYP"] = base
        let test = try node(.test)
        variables["TEST_DEV"] = test
        variables["SCRATCH_DEV"] = nodes[.scratch]?.first
        variables["OVERLAY_MOUNT_OPTIONS"] = section.mountOptions
        let options = section.mkfsOptions ?? Self.defaultOptions(base, kernel) ?? ""
        for device in [test] + (nodes[.scratch] ?? []).prefix(1) { makeFilesystem(base, options: options, on: device) }
    }

    private mutating func tmpfs() {
        variables["FSTYP"] = "tmpfs"
        variables["TEST_DEV"] = "vmharness-test"
        variables["SCRATCH_DEV"] = "vmharness-scratch"
        variables["MOUNT_OPTIONS"] = section.mountOptions
        variables["TEST_FS_MOUNT_OPTS"] = section.mountOptions
    }

    private mutating func virtiofs() throws {
        variables["FSTYP"] = "virtiofs"
        variables["TEST_DEV"] = try node(.test)
        variables["SCRATCH_DEV"] = nodes[.scratch]?.first
        variables["MOUNT_OPTIONS"] = section.mountOptions
        variables["TEST_FS_MOUNT_OPTS"] = section.mountOptions
    }

    /// Directories for a server to serve: on the disks, or on the root file system where there are none.
    private mutating func makeBases() {
        for (role, name) in [(FstestsRequest.Role.test, "test"), (.scratch, "scratch")] {
            let place = "\(GuestPlace.base)/\(name)"
            lines.append("mkdir -p \(place)")
            guard let device = nodes[role]?.first else {
                // What an earlier section left.
                lines.append("set +f; rm -rf \(place)/* ; set -f")
                continue
            }
            lines.append("! mountpoint -q \(place) || umount \(place)")
            makeFilesystem("ext4", options: section.mkfsOptions ?? "", on: device)
            lines.append("mount -t ext4 -o acl,user_xattr \(GuestWord.quoted(device)) \(place)")
        }
    }

    /// README.fuse. Without a server of the plan's own, bindfs passes everything through to a directory.
    private mutating func fuse() {
        variables["FSTYP"] = "fuse"
        variables["TEST_DEV"] = "vmharness-test"
        variables["SCRATCH_DEV"] = "vmharness-scratch"
        variables["MOUNT_OPTIONS"] = section.mountOptions
        variables["TEST_FS_MOUNT_OPTS"] = section.mountOptions
        makeBases()
        guard section.variables["FUSE_SUBTYP"] == nil else { return }
        variables["FUSE_SUBTYP"] = ".vmharness"
        variables["TEST_DEV"] = "/vmharness-test"
        variables["SCRATCH_DEV"] = "/vmharness-scratch"
        // mount(8) calls mount.TYPE SOURCE DIRECTORY [-o OPTIONS]. bindfs has the directory that it is given stand as the
        // source of the mount. There `check` looks for TEST_DEV, and umount(8) takes it for a source only if no such
        // directory is there any more.
        lines += [
            "modprobe -q fuse || true",
            "cat >/usr/sbin/mount.fuse.vmharness <<'EOF'",
            "#!/bin/sh",
            "source=$1 place=$2",
            "shift 2",
            "mkdir -p \"$source\" && mount --bind \"\(GuestPlace.base)/${source#/vmharness-}\" \"$source\" "
                + "&& bindfs -o allow_other \"$@\" \"$source\" \"$place\"",
            "status=$?",
            "umount -l \"$source\" && rmdir \"$source\"",
            "exit $status",
            "EOF",
            "chmod 755 /usr/sbin/mount.fuse.vmharness",
        ]
    }

    /// The kernel's own server over the loopback, NFS version 4 alone: it needs no portmapper.
    private mutating func nfs() {
        variables["FSTYP"] = "nfs"
        variables["TEST_DEV"] = "127.0.0.1:/test"
        variables["SCRATCH_DEV"] = "127.0.0.1:/scratch"
        variables["MOUNT_OPTIONS"] = section.mountOptions
        variables["TEST_FS_MOUNT_OPTS"] = section.mountOptions
        // A server that still exports the old file system keeps it busy.
        lines += ["modprobe -q nfsd || true", "exportfs -ua 2>/dev/null || true", "rpc.nfsd 0 2>/dev/null || true"]
        makeBases()
        lines += [
            "mountpoint -q /proc/fs/nfsd || mount -t nfsd nfsd /proc/fs/nfsd",
            "mkdir -p /var/lib/nfs/v4recovery /var/lib/nfs/rpc_pipefs /run/rpc_pipefs",
            "for name in rmtab etab; do [ -e /var/lib/nfs/$name ] || : >/var/lib/nfs/$name; done",
            // Else each client waits for the end of the grace period, 90 s.
            "echo 10 >/proc/fs/nfsd/nfsv4gracetime", "echo 10 >/proc/fs/nfsd/nfsv4leasetime",
            "for name in '' test scratch; do",
            "    echo \"\(GuestPlace.base)/$name 127.0.0.1(rw,sync,no_root_squash,no_subtree_check,insecure\(Self.fsid))\"",
            "done >/etc/exports",
            "exportfs -ra",
            "pgrep -x rpc.mountd >/dev/null || rpc.mountd --no-nfs-version 2 --no-nfs-version 3",
            "rpc.nfsd --no-nfs-version 3 --host 127.0.0.1 8",
            "echo Y >/proc/fs/nfsd/v4_end_grace 2>/dev/null || true",
        ]
    }

    /// The root of the exports is fsid 0; those below need one each where a directory has no device of its own.
    private static let fsid = ",fsid=$(case \"$name\" in (test) echo 1 ;; (scratch) echo 2 ;; (*) echo 0 ;; esac)"

    // MARK: Words

    private func node(_ role: FstestsRequest.Role) throws -> String {
        if let node = nodes[role]?.first { return node }
        throw Failure(
            "a section has no device to test on", on: "\(section.name): \(role.rawValue)",
            advice: "name a disk, or for virtiofs a tag, of the guest", blame: .request)
    }
}
