extension FstestsRequest.Filesystem {
    /// What its devices are.
    public enum Ground: Sendable, Hashable {
        /// Disks of the guest: under the file system itself, or under the one it is laid over or serves.
        case disks
        /// Tags of virtiofs devices.
        case tags
        /// It lives in memory.
        case none
    }

    /// What its devices are.
    public var ground: Ground {
        switch self {
        case .ext2, .ext3, .ext4, .xfs, .btrfs, .gfs2, .f2fs, .overlay, .fuse, .nfs: .disks
        case .virtiofs: .tags
        case .tmpfs: .none
        }
    }

    /// What its devices can be for. `test` is what none with devices goes without.
    public var roles: Set<FstestsRequest.Role> {
        switch self {
        case .ext2, .gfs2, .f2fs: [.test, .scratch, .logwrites]
        case .ext3, .ext4: [.test, .scratch, .logwrites, .testLog, .scratchLog]
        case .xfs: [.test, .scratch, .logwrites, .testLog, .scratchLog, .testRealtime, .scratchRealtime]
        case .btrfs: [.test, .scratch, .scratchPool, .logwrites]
        case .overlay, .fuse, .nfs, .virtiofs: [.test, .scratch]
        case .tmpfs: []
        }
    }

    /// Whether there is anything that a mkfs would make, be it beneath it.
    public var hasMkfs: Bool { ground == .disks }
}

extension FstestsRequest {
    /// The section and the test of a case: with one section a case is called as the test is, with several `SECTION/TEST`.
    /// Nil for a name that is no case of these sections.
    public func place(ofCase name: String) -> (section: Section, test: String)? {
        guard sections.count > 1 else { return sections.first.map { ($0, name) } }
        guard let slash = name.firstIndex(of: "/"), let section = sections.first(where: { $0.name == name[..<slash] })
        else { return nil }
        return (section, String(name[name.index(after: slash)...]))
    }
}
