import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Guests with disks of their own.
    @Suite struct DiskTests {
        @Test(.timeLimit(.minutes(5))) func disksAreMadeMountedAndSlow() async throws {
            try await Harness.runPlan("disks") { run, _, result in
                #expect(result.status == 3)
                let cell = try #require(run.cells.first)
                #expect(cell.cases.map(\.name) == ["write", "slow", "unmount", "mount", "after"])
                #expect(cell.cases.map(\.verdict) == [.pass, .pass, .pass, .error, .skip])
                // The second mount shares the first one's superblock, and mount(2) said 0.
                #expect(
                    cell.cases[3].reason?.hasPrefix(
                        "/mnt/again is mounted, but 'data=journal' did not take (in force: ")
                        == true)
                #expect(
                    cell.environment?.disks == [
                        .init(name: "data", size: 1 << 30, format: "raw", limits: [:]),
                        .init(name: "slow", size: 64 << 20, format: "raw", limits: ["iops-write": 20]),
                    ])
            }
        }

        /// The run has a `/tmp` of its own, too small for what the guest writes.
        @Test(.timeLimit(.minutes(5)), .enabled(if: getuid() == 0))
        func aFullHostIsNotTheKernels() async throws {
            let out = FilePath("/var/tmp/vmharness-test-\(UInt32.random(in: 0 ... .max))")
            defer { try? FileManager.default.removeItem(atPath: out.string) }
            let arguments = [
                "run", Harness.plans.appending("full-host").string, "--kernel", Harness.kernel, "--out", out.string,
            ]
            let script = "mount -t tmpfs -o size=300m tmpfs /tmp || exit 99; exec \"$@\""
            let command = Command(
                "unshare",
                ["-m", "--propagation", "private", "sh", "-c", script, "sh", try Harness.binary.string] + arguments,
                environment: ["VMHARNESS_DATA": Harness.root.string], workingDirectory: Harness.root)
            let result = try await command.run(timeout: .seconds(280))
            // A container may not be allowed to mount.
            guard result.status != 99 else { return }
            #expect(result.status == 3, "\(result.errorText)")
            let run = try RunRecord(json: Data(contentsOf: URL(filePath: out.appending("run.json").string)))
            let cases = try #require(run.cells.first?.cases)
            #expect(cases.map(\.verdict) == [.error, .skip])
            #expect(cases.first?.reason == "the host's disk is full under the guest's 'data'")
            #expect(cases.first?.findings.map(\.kind) == ["host-disk-full"])
            #expect(
                cases.first?.findings.first?.detail.first?.hasPrefix("its file lies in /tmp/vmharness-") == true)
        }
    }
}
