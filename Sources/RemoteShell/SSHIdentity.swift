import Foundation
import HostProcess
public import SystemPackage

/// The keys of one guest: ours, and the one by which it proves itself. Both are
/// made anew for every guest and end with it.
public struct SSHIdentity: Sendable {
    /// Our private key's file.
    public let clientKey: FilePath
    /// Our public key, as a line of `authorized_keys`.
    public let authorizedKey: String
    /// The guest's private host key, as a file of dropbear's.
    public let hostKey: [UInt8]
    /// The `known_hosts` file that pins it.
    public let knownHosts: FilePath

    /// The name under which the guest's key is known, whatever port it has.
    static let hostAlias = "vmharness-guest"

    /// Makes the keys.
    ///
    /// - Parameter directory: private to us; the files lie in it.
    /// - Throws: `Failure` if ssh-keygen fails.
    public static func make(in directory: FilePath) async throws -> SSHIdentity {
        let client = directory.appending("id_client")
        let host = directory.appending("id_host")
        async let own: Void = generate(client, comment: "vmharness")
        async let guests: Void = generate(host, comment: hostAlias)
        _ = try await (own, guests)
        let knownHosts = directory.appending("known_hosts")
        let hostPublic = try String(contentsOfFile: host.string + ".pub", encoding: .utf8)
        try "\(hostAlias) \(hostPublic)".write(toFile: knownHosts.string, atomically: false, encoding: .utf8)
        return SSHIdentity(
            clientKey: client,
            authorizedKey: try String(contentsOfFile: client.string + ".pub", encoding: .utf8),
            hostKey: try OpenSSHPrivateKey(file: host).dropbearFile,
            knownHosts: knownHosts)
    }

    private static func generate(_ key: FilePath, comment: String) async throws {
        try await Command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", key.string])
            .check(timeout: .seconds(30), advice: "apt-get install openssh-client")
    }
}
