import HostProcess
import TestPlan
import Testing

@testable import GuestImage

/// Which package a name means, on what apt printed in November 2026.
struct DebianKernelChoiceTests {
    static let packages = [
        "linux-image-amd64", "linux-image-cloud-amd64", "linux-image-amd64-signed-template",
        "linux-image-5.10.0-46-amd64", "linux-image-5.10.0-46-amd64-dbg",
        "linux-image-6.1.0-9-amd64", "linux-image-6.1.0-56-amd64", "linux-image-6.1.0-56-amd64-unsigned",
        "linux-image-6.1.0-56-cloud-amd64", "linux-image-6.1.0-56-rt-amd64",
        "linux-image-6.12.95+deb12-amd64", "linux-image-6.12.95+deb12-cloud-amd64",
        "linux-image-6.12.117+deb13-amd64", "linux-image-6.12.115+deb13.1-amd64",
        "linux-image-7.2.12+deb13-amd64",
    ]

    @Test(arguments: [
        ("debian:6.1", ["6.1.0-9-amd64", "6.1.0-56-amd64", "6.1.0-56-amd64-unsigned"]),
        ("debian:6.1+cloud", ["6.1.0-56-cloud-amd64"]),
        ("debian:6.1+rt", ["6.1.0-56-rt-amd64"]),
        ("debian:6.12", ["6.12.95+deb12-amd64", "6.12.117+deb13-amd64", "6.12.115+deb13.1-amd64"]),
        ("debian:6.1.0-56-amd64", ["6.1.0-56-amd64", "6.1.0-56-amd64-unsigned"]),
        ("debian:6.2", []),
        ("debian:5.1", []),
    ])
    func candidates(name: String, releases: [String]) throws {
        let found = DebianKernelChoice.candidates(for: try KernelName(parsing: name), among: Self.packages)
        #expect(found == releases.map { "linux-image-\($0)" })
    }

    private func stanza(_ name: String, _ version: String, dependencies: [String] = []) -> AptStanza {
        AptStanza(
            name: name, version: version, sha256: String(repeating: "0", count: 64), architecture: "amd64",
            dependencies: dependencies)
    }

    @Test(arguments: [
        // Numbers, not text: 9 < 56, 95 < 117.
        (["a 6.1.9-1", "b 6.1.56-1", "c 6.1.10-1"], "b"),
        // dpkg's order: `~` sorts before nothing.
        (["a 6.12.117-1~deb12u1", "b 6.12.117-1"], "b"),
        (["a 6.12.117-1", "b 6.12.117-1~deb12u1"], "a"),
        (["a 6.1.192-2", "b 6.1.192-10"], "b"),
        // Of the same version, the signed one.
        (["x-unsigned 6.1.192-2", "x 6.1.192-2"], "x"),
        (["x 6.1.192-2", "x-unsigned 6.1.192-2"], "x"),
        // A newer one even if it is not signed yet.
        (["x 6.1.190-1", "x-unsigned 6.1.192-2"], "x-unsigned"),
    ])
    func newest(packages: [String], expected: String) async throws {
        let stanzas = packages.map { line in
            let words = line.split(separator: " ").map(String.init)
            return stanza(words[0], words[1])
        }
        #expect(try await DebianKernelChoice.newest(of: stanzas)?.name == expected)
    }

    @Test func noneOfNothing() async throws {
        #expect(try await DebianKernelChoice.newest(of: []) == nil)
    }

    @Test func theSplitPackagesOfNewKernelsAreParts() {
        let release = "7.2.12+deb13-amd64"
        let image = stanza(
            "linux-image-\(release)", "7.2.12-1~bpo13+1",
            dependencies: [
                "linux-base", "dracut", "linux-base-\(release)", "linux-binary-\(release)", "linux-modules-\(release)",
            ])
        #expect(
            DebianKernelChoice.parts(of: image)
                == ["linux-base-\(release)", "linux-binary-\(release)", "linux-modules-\(release)"])
        let old = stanza("linux-image-6.1.0-56-amd64", "6.1.192-2", dependencies: ["kmod", "linux-base"])
        #expect(DebianKernelChoice.parts(of: old) == [])
    }

    @Test func anUnknownSeriesIsAnsweredWithThoseThatExist() throws {
        let failure = DebianKernelChoice.unknown(
            try KernelName(parsing: "debian:6.2"), among: Self.packages, unreachable: ["bullseye-backports"])
        #expect(failure.subject == "debian:6.2")
        #expect(failure.advice.contains("5.10, 6.1, 6.12, 7.2"))
        #expect(failure.advice.contains("bullseye-backports"))
        #expect(failure.blame == .request)
    }

    @Test func anUnknownReleaseIsAnsweredWithItsNeighbours() throws {
        let failure = DebianKernelChoice.unknown(
            try KernelName(parsing: "debian:6.1.0-99-amd64"), among: Self.packages, unreachable: [])
        #expect(failure.advice == "the reachable suites have 6.1.0-9-amd64, 6.1.0-56-amd64")
    }
}
