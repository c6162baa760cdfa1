import Fstests
import HostProcess
import TestPlan
import Testing

/// The look at the guest before anything runs.
struct PreflightTests {
    private let look = Preflight([
        FstestsRequest.Section(name: "x", filesystem: .xfs), FstestsRequest.Section(name: "n", filesystem: .nfs),
    ])

    @Test("all that is missing comes in one failure, with the packages and keys that bring it")
    func missing() throws {
        let failure = try #require(throws: Failure.self) {
            try look.read(
                """
                @missing program xfs_io
                @missing program quota
                @missing user 123456-fsgqa
                @missing filesystem nfsd
                @missing library libaio.so.1t64
                @missing library libc.so.6 of version GLIBC_2.38
                @missing system udev
                @missing program dbench
                @release 6.12.43+deb13-amd64
                @done
                """)
        }
        #expect(failure.blame == .request)
        for text in [
            "xfs_io (xfsprogs)", "quota (quota)", "user 123456-fsgqa", "nfsd in the kernel", "library libaio.so.1t64",
            "libc.so.6 of version GLIBC_2.38", "udev", "nfs, xfs",
        ] {
            #expect(failure.what.contains(text))
        }
        #expect(!failure.what.contains("dbench"))
        #expect(failure.advice.contains("add to `packages`: quota, xfsprogs"))
        #expect(failure.advice.contains("add to `users`: 123456-fsgqa"))
    }

    @Test("what only single cases need is a notice")
    func optional() throws {
        let answer = try look.read("@missing program dbench\n@release 5.10.0-38-amd64\n@done\n")
        #expect(answer.kernel == KernelSeries(5, 10))
        #expect(answer.notices == ["dbench (dbench) is missing: cases that need it do not run"])
    }

    @Test("an answer that was cut off is no clean bill")
    func cut() {
        #expect(throws: Failure.self) { try look.read("@release 6.1.0\n") }
        #expect(throws: Failure.self) { try look.read("") }
    }

    @Test("each file system asks for its own programs")
    func filesystems() {
        for filesystem in FstestsRequest.Filesystem.allCases {
            let look = Preflight([FstestsRequest.Section(name: "s", filesystem: filesystem)])
            #expect(look.requirements.contains { $0.kind == .filesystem && $0.name == filesystem.rawValue })
            #expect(Set(look.requirements).count == look.requirements.count)
        }
        #expect(look.requirements.contains(GuestRequirement(.program, "rpc.nfsd", package: "nfs-kernel-server")))
        let overlay = Preflight([
            FstestsRequest.Section(name: "o", filesystem: .overlay, variables: ["OVL_BASE_FSTYP": "xfs"])
        ])
        #expect(overlay.requirements.contains(GuestRequirement(.program, "mkfs.xfs", package: "xfsprogs")))
    }
}
