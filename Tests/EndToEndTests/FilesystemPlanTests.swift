import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// The plans that need a file system on a disk, in the part that is quick: the rest is `plan calibrate`.
    @Suite struct FilesystemPlanTests {
        private static func run(
            _ plan: String, _ settings: [String], status: Int32, _ check: (CellRecord) throws -> Void
        ) async throws {
            try await withScratchDirectory { scratch in
                let result = try await Harness.run(
                    ["run", plan, "--kernel", Harness.kernel, "--json", "--out", scratch.appending("run").string]
                        + settings.flatMap { ["--set", $0] })
                let run = try #require(try? RunRecord(json: Data(result.output)), "\(result.errorText)")
                #expect(result.status == status, "\(result.errorText)")
                try check(try #require(run.cells.first))
            }
        }

        /// What was wrong on the disk is counted twice, by a program of the plan and by scrub.
        @Test(.timeLimit(.minutes(10))) func checksumsOfDirectWritesFail() async throws {
            try await Self.run("pinned-writeback", ["mode=diowrite", "seconds=5"], status: 1) { cell in
                #expect(cell.cases.map(\.name) == ["read-back", "scrub", "unmount"])
                #expect(cell.cases.map(\.verdict) == [.fail, .fail, .pass])
                #expect(cell.cases[0].findings.contains { $0.title == "read-back: status 1, expected 0" })
                #expect(cell.cases[1].findings.contains { $0.detail.contains { $0.contains("uncorrectable") } })
            }
        }

        /// The very window of the test above, and nothing wrong.
        @Test(.timeLimit(.minutes(10))) func stablePagesKeepTheirChecksums() async throws {
            try await Self.run("pinned-writeback", ["mode=mmapwrite", "seconds=5"], status: 0) { cell in
                #expect(cell.cases.map(\.verdict) == [.pass, .pass, .pass])
                #expect(cell.environment?.disks?.map(\.name) == ["data", "source"])
            }
        }

        @Test(.timeLimit(.minutes(10))) func aKnownIssueIsNoFailure() async throws {
            try await Self.run("pinned-writeback", ["mode=pinread"], status: 0) { cell in
                #expect(cell.verdict == .known)
                #expect(cell.reason?.contains("pinned for DMA") == true, "\(cell.reason ?? "")")
                #expect(cell.findings.contains { $0.severity == .failure })
            }
        }

        @Test(.timeLimit(.minutes(10))) func gfs2DoesNotDeadlockAnyMore() async throws {
            try await Self.run("gfs2-fault-deadlock", ["test=direct-read", "seconds=5"], status: 0) { cell in
                #expect(cell.cases.map(\.name) == ["two processes", "unmount"])
                #expect(cell.cases.map(\.verdict) == [.pass, .pass])
            }
        }
    }
}
