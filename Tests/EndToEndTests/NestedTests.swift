import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// A plan with a function and device-dax of the lab host, to its verdict: emulated twice, its guest takes four
    /// minutes to boot.
    @Suite(
        .enabled(
            if: ProcessInfo.processInfo.environment["VMHARNESS_TEST_NESTED"] == "1",
            "five minutes and more; VMHARNESS_TEST_NESTED=1 asks for it"))
    struct NestedTests {
        @Test(.timeLimit(.minutes(60))) func aGuestInTheLabHostHasItsDevices() async throws {
            try await withScratchDirectory { scratch in
                let plan = scratch.appending("nested")
                try await Command("cp", ["-r", Harness.plans.appending("nested").string, plan.string])
                    .check(timeout: .seconds(60))
                let home = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
                let cache = plan.appending("cache")
                try FileManager.default.createDirectory(atPath: cache.string, withIntermediateDirectories: true)
                // Links take no room; where the cache is elsewhere, copies are made.
                for kind in ["kernels", "images", "initramfs", "apt"] {
                    let source = "\(home)/vmharness/\(kind)"
                    let linked = try await Command("cp", ["-rl", source, cache.string]).run(timeout: .seconds(300))
                    if !linked.termination.isSuccess {
                        try await Command("cp", ["-r", "--sparse=always", source, cache.string])
                            .check(timeout: .seconds(900))
                    }
                }
                let out = scratch.appending("run")
                let result = try await Harness.run(
                    ["run", plan.string, "--json", "--out", out.string, "--kernel", "debian:6.12"],
                    timeout: .seconds(3500))
                let run = try RunRecord(json: Data(result.output))
                let cell = try #require(run.cells.first)
                #expect(cell.verdict == .pass, "\(cell.reason ?? "") \(result.errorText)")
                #expect(cell.cases.map(\.name) == ["a guest in the guest", "all is put back"])
            }
        }
    }
}
