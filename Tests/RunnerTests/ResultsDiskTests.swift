import Foundation
import HostProcess
import Steps
import SystemPackage
import Testing

@testable import Runner

@Suite("What a lost guest left on its results disk")
struct ResultsDiskTests {
    /// Fills a disk by debugfs, as a guest might have.
    private func withDisk(
        _ lines: [String], _ body: (ResultsDisk, _ cell: FilePath, _ scratch: FilePath) async throws -> Void
    ) async throws {
        try await withScratchDirectory { scratch in
            let disk = ResultsDisk(in: scratch)
            try await disk.ensure()
            try Data("as far as it came\n".utf8).write(to: URL(filePath: scratch.appending("full").string))
            for line in ["mkdir /fstests", "mkdir /fstests/ext4", "mkdir /fstests/ext4/generic"] + lines {
                let line = line.replacing("SCRATCH", with: scratch.string)
                try await Command("debugfs", ["-w", "-R", line, disk.image.string]).check()
            }
            let cell = scratch.appending("cell")
            try FileManager.default.createDirectory(atPath: cell.string, withIntermediateDirectories: false)
            try await body(disk, cell, scratch)
        }
    }

    private let wanted = ResultFiles(
        directory: "/fstests/ext4/generic", stem: "208.", place: "fstests/generic", most: 4, largest: 1 << 20)

    @Test("the case's own files are taken, and no others")
    func takesFiles() async throws {
        try await withDisk([
            "write SCRATCH/full /fstests/ext4/generic/208.full", "write SCRATCH/full /fstests/ext4/generic/209.full",
        ]) { disk, cell, scratch in
            let files = try await disk.take(wanted, to: cell, scratch: scratch)
            #expect(files == ["fstests/generic/208.full"])
            let text = try String(contentsOfFile: cell.appending("fstests/generic/208.full").string, encoding: .utf8)
            #expect(text == "as far as it came\n")
        }
    }

    @Test("links of the guest lead nowhere, and a huge hole is cut")
    func bounded() async throws {
        try await withDisk([
            "symlink /fstests/ext4/generic/208.link /etc/hostname",
            "write SCRATCH/full /fstests/ext4/generic/208.full",
            "set_inode_field /fstests/ext4/generic/208.full size 68719476736",
        ]) { disk, cell, scratch in
            let files = try await disk.take(wanted, to: cell, scratch: scratch)
            #expect(!files.contains("fstests/generic/208.link"))
            for file in files {
                var status = stat()
                #expect(lstat(cell.appending(FilePath(file).components).string, &status) == 0)
                #expect(status.st_size <= 1 << 20)
            }
        }
    }

    @Test("a disk that no guest has had is no trouble")
    func noDisk() async throws {
        try await withScratchDirectory { scratch in
            let files = try await ResultsDisk(in: scratch).take(wanted, to: scratch, scratch: scratch)
            #expect(files.isEmpty)
        }
    }
}
