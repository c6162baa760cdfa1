import HostProcess
import TestPlan
import Testing

@testable import GuestImage

/// Which kernels lie between two, of those that apt had in November 2026.
struct KernelRowTests {
    private func kernel(_ release: String, _ version: String, isCached: Bool = false) -> KernelCandidate {
        KernelCandidate(
            name: .debianExact(release: release), release: release, version: version, isCached: isCached)
    }

    private var kernels: [KernelCandidate] {
        [
            kernel("6.12.117+deb13-amd64", "6.12.117-1"),
            kernel("5.10.0-46-amd64", "5.10.262-1"),
            kernel("6.1.0-0.deb11.52-amd64", "6.1.180-1~deb11u1"),
            kernel("6.1.0-52-amd64", "6.1.180-1"),
            kernel("6.1.0-55-amd64", "6.1.192-1"),
            kernel("6.1.0-56-amd64", "6.1.192-2"),
            kernel("6.1.0-56-cloud-amd64", "6.1.192-2"),
            kernel("6.12.117+deb12-amd64", "6.12.117-1~deb12u1"),
            kernel("6.12.9+deb12-amd64", "6.12.9-1~bpo12+1"),
            kernel("7.2.12+deb13-amd64", "7.2.12-1~bpo13+1"),
        ]
    }

    private func row(
        _ first: String, _ last: String, _ kernels: [KernelCandidate]? = nil, newestOnly: Bool = false
    ) async throws -> [String] {
        let kernels = kernels ?? self.kernels
        func end(_ text: String) async throws -> KernelCandidate {
            let name = try KernelName(parsing: text)
            var end = try #require(try await DebianKernelChoice.newest(named: name, of: kernels))
            end.name = name
            return end
        }
        return try await DebianKernelChoice.row(
            from: end(first), to: end(last), of: kernels, newestOnly: newestOnly
        ).map { "\($0.name)" }
    }

    @Test("from the older to the newer one, numbers as numbers, one build of each source")
    func forward() async throws {
        #expect(
            try await row("debian:5.10", "debian:7.2") == [
                "debian:5.10", "debian:6.1.0-52-amd64", "debian:6.1.0-55-amd64", "debian:6.1.0-56-amd64",
                "debian:6.12.9+deb12-amd64", "debian:6.12.117+deb13-amd64", "debian:7.2",
            ])
    }

    @Test("and back")
    func backward() async throws {
        #expect(
            try await row("debian:7.2", "debian:6.1") == [
                "debian:7.2", "debian:6.12.117+deb13-amd64", "debian:6.12.9+deb12-amd64", "debian:6.1",
            ])
    }

    @Test("the build that is in the cache stands for its source")
    func cached() async throws {
        var kernels = kernels
        kernels[7].isCached = true
        #expect(
            try await row("debian:6.1", "debian:7.2", kernels) == [
                "debian:6.1", "debian:6.12.9+deb12-amd64", "debian:6.12.117+deb12-amd64", "debian:7.2",
            ])
    }

    @Test("the newest of each series, and no other of an end's")
    func newest() async throws {
        #expect(
            try await row("debian:6.1.0-52-amd64", "debian:7.2", newestOnly: true) == [
                "debian:6.1.0-52-amd64", "debian:6.1.0-56-amd64", "debian:6.12.117+deb13-amd64", "debian:7.2",
            ])
        #expect(
            try await row("debian:6.12", "debian:6.1", newestOnly: true) == ["debian:6.12", "debian:6.1"])
    }

    @Test("neighbours have nothing between them")
    func neighbours() async throws {
        #expect(
            try await row("debian:6.1.0-55-amd64", "debian:6.1") == ["debian:6.1.0-55-amd64", "debian:6.1"])
    }

    @Test("one kernel by two names, and two flavours, are refused")
    func refusals() async throws {
        await #expect(throws: Failure.self) { try await row("debian:6.1", "debian:6.1.0-56-amd64") }
        await #expect(throws: Failure.self) { try await row("debian:6.1+cloud", "debian:6.12") }
    }

    @Test("of a release the newest version, and no metapackage")
    func available() async throws {
        func stanza(_ name: String, _ version: String) -> AptStanza {
            AptStanza(
                name: name, version: version, sha256: String(repeating: "0", count: 64), architecture: "amd64",
                dependencies: [])
        }
        let available = try await DebianKernelChoice.available([
            stanza("linux-image-6.1.0-56-amd64", "6.1.192-1"),
            stanza("linux-image-6.1.0-56-amd64-unsigned", "6.1.192-2"),
        ])
        #expect(available.map(\.version) == ["6.1.192-2"])
        #expect(
            DebianKernelChoice.images(["linux-image-6.12-amd64", "linux-image-6.12.9+deb12-amd64", "linux-image-amd64"])
                == ["linux-image-6.12.9+deb12-amd64"])
    }
}
