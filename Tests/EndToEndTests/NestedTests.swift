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
                // Links take no room; where the cache is elsewhere, copies are made. What another run removes meanwhile
                // is nothing that this one needs.
                let links = try Self.device(of: "\(home)/vmharness") == Self.device(of: cache.string)
                for kind in ["kernels", "images", "initramfs", "apt"] {
                    let options = links ? ["-al"] : ["-a", "--sparse=always"]
                    _ = try await Command("cp", options + ["\(home)/vmharness/\(kind)", cache.string])
                        .run(timeout: .seconds(900))
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

        private static func device(of path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.systemNumber] as? Int
        }
    }
}
