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

    /// Copies the files to a directory of the host, once no guest runs. The
    /// journal is replayed first, by e2fsck.
    ///
    /// - Returns: the directory; nil if there is no such disk, or nothing can be read of it.
    /// - Throws: `CancellationError`.
    func copyFiles(to directory: FilePath) async throws -> FilePath? {
        guard access(image.string, F_OK) == 0 else { return nil }
        try? FileManager.default.removeItem(atPath: directory.string)
        guard mkdir(directory.string, 0o700) == 0 else { return nil }
        do {
            // Its status is 1 where it mended something.
            _ = try await Command("e2fsck", ["-fy", image.string]).run(timeout: .seconds(120))
            // debugfs takes a command as one line: the path is ours, without blanks.
            _ = try await Command("debugfs", ["-R", "rdump / \(directory)", image.string]).run(timeout: .seconds(120))
        } catch {
            try Task.checkCancellation()
            return nil
        }
        return directory
    }
}
