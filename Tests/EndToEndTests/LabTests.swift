import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Passthrough on a lab machine, which is itself a guest: nothing of this host is at risk.
    @Suite struct LabTests {
        @Test(.timeLimit(.minutes(10))) func functionsAreBoundRefusedAndPutBack() async throws {
            try await Harness.runPlan("lab", kernels: ["debian:6.12"]) { run, _, result in
                let cell = try #require(run.cells.first)
                for record in cell.cases where record.verdict != .pass {
                    Issue.record("\(record.name): \(record.reason ?? "")")
                }
                #expect(cell.cases.count == 7)
                #expect(result.status == 0)
            }
        }

        /// Whatever it is, this machine does not have it.
        @Test func aPlanWithoutItsFunctionIsRefused() async throws {
            try await withScratchDirectory { scratch in
                let directory = scratch.appending("passed")
                try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: false)
                let plan = """
                    name: passed
                    summary: A function that no host has
                    guest:
                      devices:
                        - vfio: {name: a, match: {vendor: fffe, device: fffd}}
                    steps:
                      - run: "true"
                    """
                try Data(plan.utf8).write(to: URL(filePath: directory.appending("plan.yaml").string))
                let result = try await Harness.run(["run", directory.string, "--kernel", Harness.kernel])
                #expect(result.status == 2)
                #expect(result.errorText.contains("no function fffe:fffd on this host"))
            }
        }
    }
}
