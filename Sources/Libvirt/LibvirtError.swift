/// What libvirt says when a call fails (libvirt's virterror.h).
public struct LibvirtError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The part of libvirt that failed: `qemu`, `rpc`, or its number where we have no name for it.
    public let domain: String
    /// Its `virErrorNumber`.
    public let code: Int
    /// libvirt's own words.
    public let message: String
    /// The function that was called.
    public let call: String

    /// An error of a call.
    public init(domain: String, code: Int, message: String, call: String) {
        self.domain = domain
        self.code = code
        self.message = message
        self.call = call
    }

    /// What was called, who failed and why, in one line.
    public var description: String { "\(call): \(message) (libvirt: \(domain), error \(code))" }
}

#if Libvirt
    import CLibvirt

    extension LibvirtError {
        /// Names of the domains that our calls meet (`virErrorDomain`).
        private static let domains: [UInt32: String] = [
            VIR_FROM_XML.rawValue: "xml", VIR_FROM_RPC.rawValue: "rpc", VIR_FROM_CONF.rawValue: "conf",
            VIR_FROM_QEMU.rawValue: "qemu", VIR_FROM_TEST.rawValue: "test", VIR_FROM_REMOTE.rawValue: "remote",
            VIR_FROM_STORAGE.rawValue: "storage", VIR_FROM_DOMAIN.rawValue: "domain",
            VIR_FROM_SECURITY.rawValue: "security", VIR_FROM_CPU.rawValue: "cpu", VIR_FROM_EVENT.rawValue: "event",
            VIR_FROM_URI.rawValue: "uri", VIR_FROM_AUTH.rawValue: "auth", VIR_FROM_DEVICE.rawValue: "device",
            VIR_FROM_CGROUP.rawValue: "cgroup", VIR_FROM_ACCESS.rawValue: "access",
            VIR_FROM_SYSTEMD.rawValue: "systemd", VIR_FROM_POLKIT.rawValue: "polkit",
            VIR_FROM_LOGGING.rawValue: "logging",
        ]

        /// The last error of this thread. It is another one after any `await`.
        static func last(_ call: String) -> LibvirtError {
            guard let error = virGetLastError() else {
                return LibvirtError(domain: "none", code: 0, message: "failed without a word", call: call)
            }
            let number = UInt32(bitPattern: error.pointee.domain)
            return LibvirtError(
                domain: domains[number] ?? "domain \(number)", code: Int(error.pointee.code),
                message: error.pointee.message.map { String(cString: $0) } ?? "no message", call: call)
        }
    }
#endif
