import GuestImage
import Machine
import RemoteShell
import TestPlan

/// What one guest has of its own, besides its devices: its keys, its name, its machine id.
struct GuestKeys: Sendable {
    let ssh: SSHIdentity
    private let hostname: String
    private let machineID: String

    /// A new guest's.
    init(_ ssh: SSHIdentity) {
        self.ssh = ssh
        var generator = SystemRandomNumberGenerator()
        let number = (0..<2).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
        machineID = number
        hostname = "guest-\(number.prefix(8))"
    }

    /// For a guest that boots: files of its initramfs.
    func files(_ plan: TestPlan) -> [GuestFile] {
        func file(_ name: String, _ mode: UInt32, _ bytes: [UInt8]) -> GuestFile {
            GuestFile(path: "identity/\(name)", mode: mode, bytes: bytes)
        }
        return [
            file("dropbear_ed25519_host_key", 0o600, ssh.hostKey),
            file("authorized_keys", 0o600, Array(ssh.authorizedKey.utf8)),
            file("hostname", 0o644, Array("\(hostname)\n".utf8)),
            file("machine-id", 0o444, Array("\(machineID)\n".utf8)),
            file("init", 0o644, Array("\(plan.guest.initSystem.rawValue)\n".utf8)),
        ]
    }

    /// For a guest that starts from a template.
    var identity: GuestIdentity {
        var generator = SystemRandomNumberGenerator()
        return GuestIdentity(
            hostKey: ssh.hostKey, authorizedKey: ssh.authorizedKey, hostname: hostname, machineID: machineID,
            random: (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
}
