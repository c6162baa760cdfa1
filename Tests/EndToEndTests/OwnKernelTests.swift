import Foundation
import RunRecord
import Testing

private let ownKernel = ProcessInfo.processInfo.environment["VMHARNESS_TREE"]

extension EndToEnd {
    /// A kernel with debug information that somebody compiled: too much work for a test, so it is named by
    /// `VMHARNESS_TREE`, as `build:` takes it.
    @Suite(.enabled(if: ownKernel != nil, "VMHARNESS_TREE names no built kernel tree")) struct OwnKernelTests {
        @Test(.timeLimit(.minutes(10))) func findingsHaveTheirPlacesInTheSources() async throws {
            let kernel = "build:\(try #require(ownKernel))"
            try await Harness.runPlan("own-kernel", kernels: [kernel]) { run, _, _ in
                let cell = try #require(run.cells.first)
                #expect(cell.environment?.builds?.count == 1)
                let warning = try #require(cell.findings.first { $0.kind == "warning" }, "\(cell.reason ?? "")")
                let sources = try #require(warning.sources, "\(cell.environment?.notes ?? [])")
                // The module built for this kernel, and the kernel itself.
                #expect(
                    sources.contains { $0.isInlined && $0.function == "warn" && $0.location == "module/warning.c:7" })
                #expect(sources.contains { $0.function == "outer" && $0.location == "module/warning.c:12" })
                #expect(
                    sources.contains {
                        $0.function == "do_one_initcall" && $0.location?.hasPrefix("init/main.c:") == true
                    })
            }
        }
    }
}
