import Foundation
import HostProcess
import Machine
import SystemPackage
import TestPlan
import Testing

@testable import Runner

@Suite struct CellDisksTests {
    private static func request(_ name: String, _ size: ByteCount) -> DiskRequest {
        DiskRequest(
            name: name, size: size, limits: [.writeOperations: 150],
            location: SourceLocation(file: "plan.yaml", line: 1, column: 1))
    }

    @Test func disksAreSparse() async throws {
        try await withScratchDirectory { directory in
            let disks = try CellDisks(
                [Self.request("a", .tebibytes(1)), Self.request("b", .mebibytes(3))], in: directory)
            #expect(disks.disks.map(\.serial) == ["a", "b"])
            #expect(disks.disks.map(\.limits) == [["iops-write": 150], ["iops-write": 150]])
            var status = stat()
            #expect(stat(disks.disks[0].image.string, &status) == 0)
            #expect(status.st_size == 1 << 40 && status.st_blocks < 64)
            #expect(disks.disks.allSatisfy { $0.access == .writable })
        }
    }

    /// The second guest of a cell goes on where the first one left its disks.
    @Test func aSecondGuestFindsThemAsTheyWere() async throws {
        try await withScratchDirectory { directory in
            let requests = [Self.request("a", .mebibytes(1))]
            let first = try CellDisks(requests, in: directory)
            let file = try FileHandle(forWritingTo: URL(filePath: first.disks[0].image.string))
            try file.write(contentsOf: Data("left here".utf8))
            try file.close()
            let second = try CellDisks(requests, in: directory)
            #expect(second.disks == first.disks)
            let bytes = try Data(contentsOf: URL(filePath: second.disks[0].image.string))
            #expect(bytes.count == 1 << 20 && bytes.starts(with: Data("left here".utf8)))
        }
    }

    /// On a file system that is too small; root alone can make one.
    @Test(.enabled(if: getuid() == 0)) func aHostWithoutRoomIsToldBeforeTheGuestStarts() async throws {
        try await withScratchDirectory { directory in
            let mount = try await Command(
                "mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", directory.string]
            ).run()
            // A container may not be allowed to mount.
            guard mount.status == 0 else { return }
            let failure = #expect(throws: Failure.self) {
                try CellDisks([Self.request("a", .gibibytes(1))], in: directory)
            }
            #expect(failure?.what == "the guest's disks have no room: 32 MiB are free, 64 MiB is the least")
            // No disk, no need of room.
            #expect(throws: Never.self) { try CellDisks([], in: directory) }
            _ = try await Command("umount", [directory.string]).run()
        }
    }
}
