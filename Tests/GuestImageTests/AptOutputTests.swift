import Testing

@testable import GuestImage

/// What apt prints, taken apart. Addresses are reserved ones (RFC 2606).
struct AptOutputTests {
    private static let printed = """
        'http://mirror.example/debian/dists/bookworm/InRelease' mirror.example_debian_dists_bookworm_InRelease 0
        'http://mirror.example/debian/dists/bookworm-updates/InRelease' x 0
        'http://security.example/debian-security/dists/bookworm-security/InRelease' x 0
        'https://docker.example/linux/debian/dists/bookworm/InRelease' x 0
        'https://tools.example/apt/dists/nodistro/InRelease' x 0
        'https://old.example/debian-security/dists/buster/updates/InRelease' x 0
        """

    @Test func mirrorsAreThoseOfDebianSuites() {
        let mirrors = AptMirrors(
            printedURIs: Self.printed,
            origins: """
                http://mirror.example/debian/ Debian
                https://docker.example/linux/debian/ Docker
                """)
        #expect(mirrors.archives == ["http://mirror.example/debian"])
        #expect(
            mirrors.security
                == ["http://security.example/debian-security", "https://old.example/debian-security"])
    }

    @Test func withoutDownloadedIndexesTheSuitesDecide() {
        let mirrors = AptMirrors(printedURIs: Self.printed, origins: "")
        // Its signature will be refused; it is not known to be foreign.
        #expect(mirrors.archives == ["http://mirror.example/debian", "https://docker.example/linux/debian"])
    }

    @Test func sourcesNameKeyringAndSuites() {
        let mirrors = AptMirrors(
            printedURIs: Self.printed, origins: "https://docker.example/linux/debian Docker")
        let text = mirrors.sources(releases: ["trixie"], keyring: "/k.gpg", backports: true)
        #expect(text.contains("URIs: http://mirror.example/debian\nSuites: trixie trixie-updates trixie-backports\n"))
        #expect(text.contains("Suites: trixie-security\n"))
        #expect(text.ranges(of: "Signed-By: /k.gpg\n").count == 2)
        #expect(!mirrors.sources(releases: ["trixie"], keyring: "/k", backports: false).contains("backports"))
    }

    @Test(arguments: [
        (
            """
            Hit:1 http://mirror.example/debian trixie InRelease
            Ign:3 http://mirror.example/debian bullseye-backports InRelease
            Err:13 http://mirror.example/debian bullseye-backports Release
              404  Not Found [IP: 192.0.2.1 80]
            """, ["bullseye-backports"], false
        ),
        (
            """
            Err:1 http://mirror.example/debian trixie InRelease
            Err:2 http://mirror.example/debian trixie-updates InRelease
            """, ["trixie", "trixie-updates"], true
        ),
        (
            """
            Get:1 http://mirror.example/debian trixie InRelease [1 kB]
            Err:2 http://mirror.example/debian bookworm/main amd64 Packages
            """, ["bookworm"], false
        ),
        ("", [], true),
    ])
    func unreachableSuites(output: String, suites: [String], isOffline: Bool) {
        let found = AptArchive.unreachableSuites(output)
        #expect(found.suites == suites)
        #expect(found.isOffline == isOffline)
    }

    @Test func stanzasAreReadAndWhatCouldBeAnOptionIsNot() {
        let sum = String(repeating: "ab", count: 32)
        let stanzas = AptStanza.parse(
            """
            Package: linux-image-6.1.0-56-amd64
            Version: 6.1.192-2
            Pre-Depends: linux-base (>= 4.12~)
            Depends: kmod, initramfs-tools (>= 0.120+deb8u2) | linux-initramfs-tool
            SHA256: \(sum)
            Description: Linux 6.1
             Version: 9.9

            Package: -oDir::Etc=/
            Version: 1
            SHA256: \(sum)

            Package: no-sum
            Version: 1

            Package: two words
            Version: 1
            SHA256: \(sum)
            """)
        #expect(stanzas.map(\.label) == ["linux-image-6.1.0-56-amd64 6.1.192-2"])
        #expect(stanzas.first?.dependencies == ["linux-base", "kmod", "initramfs-tools"])
        #expect(stanzas.first?.sha256 == sum)
    }
}
