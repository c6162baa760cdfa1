import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// The lab in a box.
    @Suite struct LabHostTests {
        /// Groups, passthrough, NVDIMMs, NVMe, and this very vmharness: the plan's cases look at them.
        @Test(.timeLimit(.minutes(10))) func itHasWhatItPromises() async throws {
            try await withScratchDirectory { scratch in
                let result = try await Harness.run([
                    "run", "lab-host", "--kernel", "debian:6.12", "--out", scratch.appending("run").string, "--json",
                ])
                #expect(result.status == 0, "\(result.errorText)")
                let run = try RunRecord(json: .init(result.output))
                let cell = try #require(run.cells.first)
                #expect(cell.cases.filter { $0.verdict == .pass }.count == 10)
                #expect(cell.environment?.iommu == "intel, interrupt-remapping, caching-mode")
                #expect(cell.environment?.pmem?.map(\.name) == ["pm0", "pm1"])
            }
        }
    }
}
