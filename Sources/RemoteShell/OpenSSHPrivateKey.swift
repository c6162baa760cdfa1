import Foundation
import HostProcess
import SystemPackage

/// An Ed25519 key without a passphrase, as ssh-keygen writes it (OpenSSH's PROTOCOL.key).
struct OpenSSHPrivateKey {
    private static let type = Array("ssh-ed25519".utf8)
    private static let magic = Array("openssh-key-v1\0".utf8)

    /// The seed, then the public key: 64 bytes.
    let secret: [UInt8]

    /// Reads a file of ssh-keygen's.
    ///
    /// - Throws: `Failure` if it is another kind of key, or cannot be read.
    init(file: FilePath) throws {
        let lines = try BoundedRead.text(of: file, limit: 1 << 16).split(whereSeparator: \.isNewline)
        let body = lines.filter { !$0.hasPrefix("-----") }.joined()
        guard let bytes = Data(base64Encoded: body), let secret = Self.secret(in: Array(bytes)) else {
            throw Failure(
                "not an Ed25519 key of OpenSSH without a passphrase", on: file.string,
                advice: "see which ssh-keygen is in PATH")
        }
        self.secret = secret
    }

    /// The key as a file of dropbear's: the type and the secret (its src/ed25519.c).
    var dropbearFile: [UInt8] { Self.field(Self.type) + Self.field(secret) }

    /// The cipher, the derivation of its key and that one's options, the number of keys, the public key; then the
    /// private part: a number twice, the type, the public key, the secret.
    private static func secret(in bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: magic) else { return nil }
        var outer = bytes.dropFirst(magic.count)
        guard takeField(from: &outer) == Array("none".utf8), takeField(from: &outer) != nil,
            takeField(from: &outer) != nil
        else { return nil }
        outer = outer.dropFirst(4)
        guard takeField(from: &outer) != nil, let part = takeField(from: &outer) else { return nil }
        var inner = part.dropFirst(8)
        guard takeField(from: &inner) == type, takeField(from: &inner) != nil, let secret = takeField(from: &inner),
            secret.count == 64
        else { return nil }
        return secret
    }

    /// A string as on the wire: its length in four bytes, the highest first (RFC 4251, 5).
    private static func field(_ bytes: [UInt8]) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (24 - 8 * $0)) } + bytes
    }

    private static func takeField(from bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard bytes.count >= 4 else { return nil }
        let count = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 4 + count else { return nil }
        defer { bytes = bytes.dropFirst(4 + count) }
        return Array(bytes.dropFirst(4).prefix(count))
    }
}
