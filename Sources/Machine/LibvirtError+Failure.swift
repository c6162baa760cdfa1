import HostProcess
import Libvirt

extension Failure {
    /// What libvirt refused, with what to do where we know.
    ///
    /// - Parameters:
    ///   - error: libvirt's.
    ///   - asking: what it was asked for: `to start the guest 'vmh-…'`.
    ///   - subject: the connection's URI, or the guest.
    init(_ error: LibvirtError, asking: String, on subject: String) {
        self.init(
            "libvirt was asked \(asking) and refused: \(error)", on: subject,
            advice: Self.advice(for: error.message)
                ?? (asking == Self.connecting
                    ? "check the URI, or leave out --connect: then libvirt's driver runs in vmharness itself"
                    : "`vmharness plan show PLAN --backend libvirt --xml` shows what libvirt gets"))
    }

    /// What a connection is asked for first.
    static let connecting = "to connect"

    /// By the words: the numbers do not tell these apart.
    private static func advice(for message: String) -> String? {
        // A QEMU that did not start has its last words in libvirt's message.
        let known = [
            (
                "Failed to parse user 'libvirt-qemu'",
                "libvirt as root wants that user: apt-get install libvirt-daemon-system, or make it by "
                    + "useradd --system --gid kvm libvirt-qemu"
            ),
            (
                "Failed to connect socket",
                "start its daemon, or leave out --connect: then libvirt's driver runs in vmharness itself"
            ),
            (
                "no connection driver available",
                "apt-get install libvirt-daemon-driver-qemu, or name another URI"
            ),
            ("connection-driver", "apt-get install libvirt-daemon-driver-qemu"),
            (
                "authentication unavailable",
                "only members of the group libvirt may use it: add the user, or leave out --connect"
            ),
            (
                "Permission denied",
                "QEMU must reach vmharness' cache, its directory in /tmp and the plan's files as the user it runs as"
            ),
            ("client socket is closed", "libvirt's daemon died: see its log, and start it again"),
            ("Connection refused", "libvirt's daemon is not running: start it, or leave out --connect"),
        ]
        return PassthroughWords.advice(for: message) ?? known.first { message.contains($0.0) }?.1
    }
}
