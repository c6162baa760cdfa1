import Foundation
import HostProcess
import SystemPackage
import Testing

@testable import GuestImage

/// What is built from plans' sources, as far as it needs no kernel.
@Suite struct SourceBuilderTests {
    @Test func complaintsKeepTheirPlaces() {
        let output = CompilerOutput(
            """
              CC [M]  /build/m.o
            /build/m.c: In function 'm_init':
            /build/m.c:7:9: warning: unused variable 'x' [-Wunused-variable]
            /build/m.c:9:2: error: implicit declaration of function 'f'
            ERROR: modpost: "g" [/build/m.ko] undefined!
            make[1]: *** [Makefile:1789: /build] Error 2
            """, place: "/build", source: "plans/x/module")
        #expect(output.warnings == ["plans/x/module/m.c:7:9: warning: unused variable 'x' [-Wunused-variable]"])
        #expect(
            output.errors == [
                "plans/x/module/m.c:9:2: error: implicit declaration of function 'f'",
                "ERROR: modpost: \"g\" [plans/x/module/m.ko] undefined!",
            ])
    }

    @Test(arguments: [
        ("gcc-14", "gcc-14"), ("gcc-14-for-host", "gcc-14"), ("linux-compiler-gcc-10-x86", "gcc-10"),
        ("linux-kbuild-6.1", nil), ("gcc-base", nil),
    ])
    func theCompilerIsInThePackagesNames(package: String, compiler: String?) {
        #expect(KernelHeaders.compilerName(in: package) == compiler)
    }

    @Test(arguments: [("6.12.95-1~bpo12+1", "bookworm"), ("6.12.117-1", "trixie"), ("1", nil)])
    func theSuiteIsThatOfTheVersion(version: String, release: String?) {
        let text = """
            linux-headers-6.12 | 6.12.117-1 | http://example.org/debian-security trixie-security/main amd64 Packages
            linux-headers-6.12 | 6.12.95-1~bpo12+1 | http://example.org/debian bookworm-backports/main amd64 Packages
            """
        #expect(AptArchive.release(inMadison: text, version: version) == release)
    }

    @Test func leftOversAreNoSources() async throws {
        try await withScratchDirectory { scratch in
            for file in ["m.c", "Makefile", "m.ko", "m.o", ".m.o.cmd", "m.mod.c"] {
                try writeFile(scratch.appending(file), Array(file.utf8))
            }
            #expect(try SourceFiles(scratch).files == ["Makefile", "m.c"])
        }
    }

    @Test func aLinkOutOfThePlanIsRefused() async throws {
        try await withScratchDirectory { scratch in
            #expect(symlink("/etc/shadow", scratch.appending("m.c").string) == 0)
            #expect(throws: Failure.self) { try SourceFiles(scratch) }
        }
    }

    /// The host is not to be written to, nor reached over the network.
    @Test func theSandboxIsReadOnlyAndAlone() async throws {
        try await withScratchDirectory { scratch in
            let sandbox = BuildSandbox(root: nil, work: scratch)
            let write = try await sandbox.command("touch", ["/usr/here"]).run(timeout: .seconds(30))
            #expect(write.errorText.contains("Read-only file system"))
            let devices = try await sandbox.command("cat", ["/proc/net/dev"]).check(timeout: .seconds(30))
            #expect(devices.text.split(separator: "\n").dropFirst(2).allSatisfy { $0.contains("lo:") })
            try await sandbox.command("touch", ["here"]).check(timeout: .seconds(30))
            #expect(FileManager.default.fileExists(atPath: scratch.appending("here").string))
        }
    }
}
