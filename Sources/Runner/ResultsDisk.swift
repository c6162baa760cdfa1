import Foundation
import HostProcess
import Machine
import Steps
import SystemPackage

/// The disk to which the suites of a cell write their results. The guest mounts
/// it `sync`, and the host can read it once the guest is gone, so a case that
/// takes its guest with it leaves what it had written.
struct ResultsDisk: Sendable {
    /// The image.
    let image: FilePath

    /// Sparse; what a suite writes beyond is lost to it, not to the host.
    private static let size = 4 << 30

    /// - Parameter directory: the cell's scratch directory.
    init(in directory: FilePath) {
        image = directory.appending("results.img")
    }

    /// Makes the file system, unless an earlier guest of the cell has it already.
    ///
    /// - Throws: `Failure` if it cannot be made.
    func ensure() async throws {
        guard access(image.string, F_OK) != 0 else { return }
        // Without lazy initialization, which would write in the guest's background.
        try await Command(
            "mke2fs",
            [
                "-q", "-t", "ext4", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", "-J", "size=8",
                "-N", "65536", "-m", "0", image.string, "\(Self.size >> 20)M",
            ]
        ).check(timeout: .seconds(60), advice: "apt-get install e2fsprogs")
    }

    /// The disk for a guest's specification.
    var disk: GuestSpecification.Disk {
        GuestSpecification.Disk(serial: SuiteDisk.results, image: image, access: .writable)
    }

    /// Takes a case's files from the disk, once no guest runs. The guest made
    /// all of it, so each file is asked for by itself, a regular one with a
    /// fitting name, and cut at its limit; links and holes reach nothing.
    ///
    /// - Parameters:
    ///   - wanted: which files, and where they go.
    ///   - cell: the cell's directory.
    ///   - scratch: for what is on its way.
    /// - Returns: the files' names relative to the cell's directory.
    /// - Throws: `Failure` if the file system cannot be mended or read; `CancellationError`.
    func take(_ wanted: ResultFiles, to cell: FilePath, scratch: FilePath) async throws -> [String] {
        guard access(image.string, F_OK) == 0 else { return [] }
        // Replays the journal. 1 and 2 say that something was mended (e2fsck(8)).
        let mended = try await Command("e2fsck", ["-fy", image.string]).run(timeout: .seconds(120))
        guard mended.status & ~3 == 0 else {
            throw Failure("e2fsck could not mend it (status \(mended.status))", on: image.string, advice: "")
        }
        let list = try await debugfs("ls -p \"\(wanted.directory)\"", limit: 1 << 20)
        let place = cell.appending(FilePath(wanted.place).components)
        try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: true)
        var taken: [String] = []
        for entry in Self.entries(list, stem: wanted.stem).prefix(wanted.most) {
            let name = Self.freeName(entry.name, in: place)
            let copy = scratch.appending("salvaged")
            _ = try await debugfs("dump <\(entry.inode)> \(copy)", limit: wanted.largest)
            guard FileManager.default.fileExists(atPath: copy.string) else { continue }
            try FileManager.default.moveItem(atPath: copy.string, toPath: place.appending(name).string)
            taken.append("\(wanted.place)/\(name)")
        }
        return taken
    }

    /// The name, or with a number behind it where another guest of the cell has left such a file.
    private static func freeName(_ name: String, in place: FilePath) -> String {
        let names = [name] + (2...1000).map { "\(name).\($0)" }
        return names.first { access(place.appending($0).string, F_OK) != 0 } ?? name
    }

    /// Regular files of a directory as `ls -p` of debugfs has them:
    /// `/INODE/MODE/UID/GID/NAME/SIZE/` (debugfs(8)).
    static func entries(_ list: String, stem: String) -> [(inode: Int, name: String)] {
        list.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 8, parts[2].hasPrefix("100"), parts[2].count == 6, let inode = Int(parts[1]) else {
                return nil
            }
            let name = String(parts[5])
            guard name.hasPrefix(stem), !name.unicodeScalars.contains(where: { $0.value < 32 }) else { return nil }
            return (inode, name)
        }
    }

    /// One command of debugfs, which takes it as a line.
    ///
    /// - Parameter limit: bytes that it may write to a file; more is cut.
    private func debugfs(_ line: String, limit: Int) async throws -> String {
        try await Command("prlimit", ["--fsize=\(limit)", "--", "debugfs", "-R", line, image.string])
            .run(timeout: .seconds(60)).text
    }
}
