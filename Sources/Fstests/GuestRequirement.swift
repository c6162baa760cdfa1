/// Something that must be in a guest before a case of fstests runs in it.
public struct GuestRequirement: Sendable, Hashable {
    /// What kind of thing it is.
    public enum Kind: String, Sendable, Hashable {
        /// A program in `PATH`.
        case program
        /// A library that a program of the tree is linked with, or a version of one.
        case library
        /// A user, or a group.
        case user, group
        /// A file system that the kernel knows.
        case filesystem
        /// Something the guest's init sets up.
        case system
    }

    /// What kind of thing it is.
    public var kind: Kind
    /// Its name: `xfs_io`, `fsgqa`, `libaio.so.1t64`.
    public var name: String
    /// The Debian package that brings it (trixie's name), if one does.
    public var package: String?
    /// Whether only single cases need it, which say so themselves as `[not run]`.
    public var isOptional: Bool

    /// A requirement.
    public init(_ kind: Kind, _ name: String, package: String? = nil, isOptional: Bool = false) {
        self.kind = kind
        self.name = name
        self.package = package
        self.isOptional = isOptional
    }
}
