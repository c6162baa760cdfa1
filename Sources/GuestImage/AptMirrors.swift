import Foundation
import HostProcess
import SystemPackage

/// Where this machine gets Debian from. Addresses come from its own apt
/// configuration and from nowhere else.
struct AptMirrors: Hashable, Codable {
    /// Repositories with a suite of a release (`bookworm`).
    var archives: [String]
    /// Repositories with the security suites (`bookworm-security`).
    var security: [String]

    /// Debian's releases whose kernels we look for, oldest first. The newest
    /// Debian knows by name only once it is out, so this list ages with us.
    static let releases = ["bullseye", "bookworm", "trixie"]

    private static let otherNames = [
        "oldoldstable", "oldstable", "stable", "testing", "unstable", "sid", "forky", "buster",
    ]

    /// Asks apt.
    ///
    /// - Throws: `Failure` if apt is not there or knows no Debian repository.
    static func ofThisMachine() async throws -> AptMirrors {
        // The repositories apt would ask, downloaded from already or not…
        let update = try await Command("apt-get", ["update", "--print-uris"]).check(timeout: .seconds(60))
        // … and of those it has asked, whose they are.
        let known = try await Command(
            "apt-get", ["indextargets", "--format", "$(REPO_URI) $(ORIGIN)"]
        ).check(timeout: .seconds(60))
        let mirrors = AptMirrors(printedURIs: update.text, origins: known.text)
        guard !mirrors.archives.isEmpty else {
            throw Failure(
                "apt knows no Debian repository", on: "/etc/apt/sources.list.d",
                advice: "add the mirror of your choice to the machine's apt sources")
        }
        return mirrors
    }

    /// What apt said when its configuration was last another.
    private struct Memory: Codable {
        var state: String
        var mirrors: AptMirrors
    }

    /// Asks apt, or remembers what it said while its configuration was as it is.
    ///
    /// - Parameter file: where that is kept; one that cannot be written costs time alone.
    /// - Throws: as `ofThisMachine()`.
    static func ofThisMachine(remembered file: FilePath) async throws -> AptMirrors {
        let state = AptState.now
        if let state, let bytes = try? BoundedRead.bytes(of: file, limit: 1 << 20),
            let memory = try? JSONDecoder().decode(Memory.self, from: Data(bytes)), memory.state == state
        {
            return memory.mirrors
        }
        let mirrors = try await ofThisMachine()
        if let state, let bytes = try? JSONEncoder().encode(Memory(state: state, mirrors: mirrors)) {
            try? bytes.write(to: URL(filePath: file.string), options: .atomic)
        }
        return mirrors
    }

    /// Parses what apt printed.
    ///
    /// - Parameters:
    ///   - printedURIs: of `apt-get update --print-uris`: `'URI/dists/SUITE/InRelease' FILE SIZE`.
    ///   - origins: a repository's URI and its origin a line; may be empty.
    init(printedURIs: String, origins: String) {
        var foreign: Set<String> = []
        for line in origins.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, !parts[1].hasPrefix("Debian") else { continue }
            foreign.insert(Self.normalized(parts[0]))
        }
        archives = []
        security = []
        for line in printedURIs.split(separator: "\n") where line.hasPrefix("'") {
            let address = line.dropFirst().prefix { $0 != "'" }
            guard let range = address.firstRange(of: "/dists/"), address.hasSuffix("/InRelease") else { continue }
            let repository = Self.normalized(address[..<range.lowerBound])
            let suite = address[range.upperBound...].dropLast("/InRelease".count)
            guard !foreign.contains(repository) else { continue }
            let words = suite.split(whereSeparator: { $0 == "-" || $0 == "/" })
            guard let name = words.first.map(String.init), (Self.releases + Self.otherNames).contains(name) else {
                continue
            }
            // `buster/updates` is how security suites were called up to Debian 10.
            if words.contains("security") || suite.contains("/updates") {
                if !security.contains(repository) { security.append(repository) }
            } else if !archives.contains(repository) {
                archives.append(repository)
            }
        }
    }

    private static func normalized(_ address: Substring) -> String {
        var address = address
        while address.hasSuffix("/") { address = address.dropLast() }
        return String(address)
    }

    /// The suites to look in, as deb822 sources for apt (sources.list(5)).
    ///
    /// - Parameters:
    ///   - releases: `bookworm` and so on.
    ///   - keyring: signs them all.
    ///   - backports: whether to have the backports, too.
    func sources(releases: [String], keyring: String, backports: Bool) -> String {
        let ordinary = releases.flatMap { [$0, "\($0)-updates"] + (backports ? ["\($0)-backports"] : []) }
        let secured = releases.map { "\($0)-security" }
        return [(archives, ordinary), (security, secured)].filter { !$0.0.isEmpty }.map { addresses, suites in
            """
            Types: deb
            URIs: \(addresses.joined(separator: " "))
            Suites: \(suites.joined(separator: " "))
            Components: main
            Architectures: amd64
            Signed-By: \(keyring)
            Targets: Packages

            """
        }.joined(separator: "\n")
    }
}
