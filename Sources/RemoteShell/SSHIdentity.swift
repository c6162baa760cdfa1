import Foundation
import HostProcess
public import SystemPackage

/// The keys of one run: ours, and the one by which its guests prove
/// themselves. Both are made anew for every run and die with its scope.
public struct SSHIdentity: Sendable {
    /// Our private key's file.
    public let clientKey: FilePath
    /// Our public key, as a line of `authorized_keys`.
    public let authorizedKey: String
    /// The guests' private host key, in OpenSSH's format.
    public let hostKey: String
    /// The `known_hosts` file that pins it.
    public let knownHosts: FilePath

    /// The name under which the guests' key is known, whatever port they have.
    static let hostAlias = "vmharness-guest"

    /// Makes the keys.
    ///
    /// - Parameter directory: private to us; the files lie in it.
    /// - Throws: `Failure` if ssh-keygen fails.
    public static func make(in directory: FilePath) async throws -> SSHIdentity {
        let client = directory.appending("id_client")
        let host = directory.appending("id_host")
        for (key, comment) in [(client, "vmharness"), (host, hostAlias)] {
            try await Command(
                "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", key.string]
            ).check(timeout: .seconds(30), advice: "apt-get install openssh-client")
        }
        let knownHosts = directory.appending("known_hosts")
        let hostPublic = try String(contentsOfFile: host.string + ".pub", encoding: .utf8)
        try "\(hostAlias) \(hostPublic)".write(toFile: knownHosts.string, atomically: false, encoding: .utf8)
        return SSHIdentity(
            clientKey: client,
            authorizedKey: try String(contentsOfFile: client.string + ".pub", encoding: .utf8),
            hostKey: try String(contentsOfFile: host.string, encoding: .utf8),
            knownHosts: knownHosts)
    }
}
