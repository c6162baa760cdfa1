/// What libvirt tells of a domain or a connection.
public enum LibvirtEvent: Sendable, Hashable {
    /// An event of QEMU's monitor, passed on as it came.
    ///
    /// - Parameters:
    ///   - name: `GUEST_PANICKED`, `SHUTDOWN`, …
    ///   - time: seconds since 1970 by QEMU; negative if it told none.
    ///   - data: a JSON document; nil if it has none.
    case monitor(name: String, time: Double, data: String?)
    /// The domain is gone, for this reason in a word (`virDomainEventStoppedDetailType`).
    case stopped(reason: String)
    /// The connection is gone, for this reason in a word (`virConnectCloseReason`): the daemon died, or does not answer.
    case disconnected(reason: String)
}
