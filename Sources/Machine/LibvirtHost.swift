import Foundation
import HostProcess
import Libvirt
public import SystemPackage

/// A libvirt that runs guests on this host, as it was found before any guest was started.
public struct LibvirtHost: Sendable, Hashable {
    /// How it is reached.
    public let uri: String
    /// Its version: `9.0.0`.
    public let version: String
    /// The security models it has (`dac`, `apparmor`, …).
    let securityModels: [String]
    /// The directory of the driver in our own process; nil for a daemon.
    let root: FilePath?

    init(uri: String, version: String, securityModels: [String], root: FilePath?) {
        self.uri = uri
        self.version = version
        self.securityModels = securityModels
        self.root = root
    }

    /// A guest ends with our connection where libvirt can do that: the driver in process cannot (9.0:
    /// "Domain autodestroy not supported for embedded drivers yet").
    var endsGuestsWithConnection: Bool { root == nil }

    /// In words for errors and the record: a URI of ours names a directory that is gone with the run.
    public var name: String { root == nil ? uri : "qemu:///embed" }
}

extension LibvirtHost {
    /// A scope's own directory for the driver in our process.
    ///
    /// One process at a time may use such a directory. What the driver finds out about QEMU (seconds to minutes of
    /// work) does not depend on it and is shared by all that have the same QEMU: libvirt looks only whether the
    /// program that it starts has changed, and that may be `vmharness-qemu`.
    static func makeRoot(in scope: FilePath, cache: FilePath, qemu: FilePath) throws -> FilePath {
        let root = scope.appending("v")
        guard access(root.string, F_OK) != 0 else { return root }
        let capabilities = cache.appending("libvirt-capabilities-\(try identity(of: qemu))")
        let files = FileManager.default
        do {
            for directory in [root.appending("etc"), root.appending("cache/qemu"), capabilities] {
                try files.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
            }
            try files.createSymbolicLink(
                atPath: root.appending("cache/qemu/capabilities").string, withDestinationPath: capabilities.string)
            try Data(configuration.utf8).write(to: URL(filePath: root.appending("etc/qemu.conf").string))
        } catch {
            throw Failure("cannot set up libvirt's driver: \(error)", on: root.string, advice: "free some space there")
        }
        return root
    }

    /// Size and time of change of a program, wherever links lead.
    private static func identity(of program: FilePath) throws -> String {
        var status = stat()
        guard stat(program.string, &status) == 0 else {
            throw Failure("cannot look at QEMU: \(systemError())", on: program.string, advice: "install it anew")
        }
        return "\(status.st_size)-\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    /// There is no virtlogd, no systemd to ask for cgroups, and nobody's files are to change hands. Root must say so
    /// for QEMU's user: with another one libvirt asks QEMU anew at every start what it can do.
    private static var configuration: String {
        """
        stdio_handler = "file"
        cgroup_controllers = []
        dynamic_ownership = 0
        remember_owner = 0

        """ + (getuid() == 0 ? "user = \"root\"\ngroup = \"root\"\n" : "")
    }
}

#if Libvirt
    extension LibvirtHost {
        /// Opens a connection and looks what is behind it.
        ///
        /// - Throws: `Failure` if there is no libvirt, none that runs QEMU, or one of another host.
        static func reach(_ uri: String?, cache: FilePath) async throws -> LibvirtHost {
            let root = uri == nil ? try await makeRoot(cache: cache) : nil
            let uri = uri ?? "qemu:///embed?root=\(root!)"
            do {
                return try await withLibvirt(uri) { connection in
                    try await refuseOtherThanQEMU(connection, uri)
                    let capabilities = try await connection.capabilities()
                    return LibvirtHost(
                        uri: uri, version: try await connection.version(),
                        securityModels: models(in: capabilities), root: root)
                }
            } catch let error as LibvirtError {
                throw Failure(error, asking: Failure.connecting, on: uri)
            }
        }

        private static func makeRoot(cache: FilePath) async throws -> FilePath {
            try makeRoot(
                in: HostScope.current?.directory ?? cache, cache: cache,
                qemu: try await Command(QEMUCommand.program).path())
        }

        /// Guests need our files, our sockets and our port on the loopback.
        private static func refuseOtherThanQEMU(_ connection: LibvirtConnection, _ uri: String) async throws {
            let driver = try await connection.driver()
            guard driver == "QEMU" else {
                throw Failure(
                    "libvirt's driver \(driver) runs no QEMU", on: uri,
                    advice: "name qemu:///system or qemu:///session, or leave out --connect", blame: .request)
            }
            let (own, other) = (ProcessInfo.processInfo.hostName, try await connection.hostName())
            let isSame = own.split(separator: ".").first == other.split(separator: ".").first
            guard isSame else {
                throw Failure(
                    "that libvirt runs guests on another host, \(other)", on: uri,
                    advice: "run vmharness there: guests need its files, sockets and ports", blame: .request)
            }
        }

        /// `<secmodel><model>dac</model>…` (libvirt's formatcaps.html).
        private static func models(in capabilities: String) -> [String] {
            capabilities.components(separatedBy: "<secmodel>").dropFirst().compactMap { part in
                part.components(separatedBy: "<model>").dropFirst().first?.components(separatedBy: "</model>").first
            }
        }
    }
#else
    extension LibvirtHost {
        static func reach(_ uri: String?, cache: FilePath) async throws -> LibvirtHost {
            throw Failure(
                "this vmharness was built without libvirt", on: "--backend libvirt",
                advice: "install libvirt-dev and build it with its default traits", blame: .request)
        }
    }
#endif

extension LibvirtHost {
    /// The domain XML of a guest whose sockets and layers lie in a directory.
    ///
    /// - Throws: `Failure` if there is no QEMU.
    public func domainXML(for specification: GuestSpecification, in directory: FilePath) async throws -> String {
        let layers = specification.disks.filter { $0.access == .layered }.reduce(into: [:]) { layers, disk in
            layers[disk.serial] = QEMUCommand.Paths.layer(of: disk, in: directory)
        }
        return DomainXML(
            specification: specification,
            paths: QEMUCommand.Paths(specification, in: directory, layers: layers),
            identity: try await DomainXML.Identity(specification, on: self)
        ).text
    }
}
