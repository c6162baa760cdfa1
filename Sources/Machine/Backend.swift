public import SystemPackage

/// What starts a guest and carries commands to its QEMU.
public enum Backend: Sendable, Hashable {
    /// QEMU as a child of ours, over QMP.
    case qemu
    /// libvirt, over its C API.
    case libvirt(LibvirtHost)

    /// How one asks for it.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// QEMU as a child of ours.
        case qemu
        /// libvirt.
        case libvirt
    }

    /// Which one it is.
    public var kind: Kind {
        switch self {
        case .qemu: .qemu
        case .libvirt: .libvirt
        }
    }

    /// Makes sure that it is there.
    ///
    /// - Parameters:
    ///   - kind: which.
    ///   - uri: libvirt's, as the user named it; nil for its driver in our own process.
    ///   - cache: a directory of ours; what libvirt finds out about QEMU is kept in it.
    /// - Throws: `Failure` if libvirt cannot be reached, or runs no guests.
    public static func prepare(_ kind: Kind, uri: String?, cache: FilePath) async throws -> Backend {
        switch kind {
        case .qemu: .qemu
        case .libvirt: .libvirt(try await LibvirtHost.reach(uri, cache: cache))
        }
    }
}
