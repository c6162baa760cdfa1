import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// The plan vfio-devdax, on a kernel as it is and with the bug put back.
    @Suite struct VfioDevdaxTests {
        private static func run(_ words: [String], _ check: (CellRecord, FilePath) throws -> Void) async throws {
            try await withScratchDirectory { scratch in
                let out = scratch.appending("run")
                let result = try await Harness.run(
                    ["run", "vfio-devdax", "--kernel", "debian:6.1", "--json", "--out", out.string] + words,
                    timeout: .seconds(1500))
                let record = try #require(
                    try? RunRecord(json: Data(result.output)), "no record; standard error: \(result.errorText)")
                try check(try #require(record.cells.first), out)
            }
        }

        /// Every backing, read-write and read-only, and QEMU.
        private static let cases =
            ["anonymous", "memfd", "tmpfs", "ext4", "fsdax-ext4", "devdax"].flatMap {
                ["map \($0) rw", "map \($0) ro"]
            }
            + ["qemu devdax", "qemu fsdax-ext4", "map fsdax-xfs rw", "map fsdax-xfs ro"]

        @Test(.timeLimit(.minutes(30))) func deviceDaxIsMappedAndFilesystemDaxRefused() async throws {
            try await Self.run([]) { cell, out in
                #expect(cell.verdict == .pass, "\(cell.reason ?? "")")
                #expect(cell.cases.map(\.name) == Self.cases)
                let file = try #require(cell.cases.first { $0.name == "map fsdax-ext4 rw" }?.files.first)
                let said = try String(
                    contentsOfFile: out.appending(cell.directory).appending(file).string, encoding: .utf8)
                #expect(said.contains("of fsdax-ext4, rw: -95 (Operation not supported), expected -95"), "\(said)")
            }
        }

        @Test(.timeLimit(.minutes(30))) func theMutationRefusesDeviceDaxAsInTheThread() async throws {
            try await Self.run(["--mutate", "devdax-refused"]) { cell, _ in
                #expect(cell.environment?.mutation?.loaded == true)
                let failed = cell.cases.filter { $0.verdict == .fail }
                #expect(failed.map(\.name) == ["map devdax rw", "map devdax ro", "qemu devdax"])
                let detail = failed.flatMap(\.findings).flatMap(\.detail)
                #expect(detail.contains { $0.contains("of devdax, rw: -95 (Operation not supported), expected 0") })
                #expect(detail.contains { $0.contains("QEMU: ") && $0.contains("= -95 (Operation not supported)") })
            }
        }
    }
}
