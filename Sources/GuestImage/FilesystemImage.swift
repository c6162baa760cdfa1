import Foundation
import HostProcess
import SystemPackage

/// An ext4 image made from a directory by `mke2fs -d`, without mounting
/// anything.
struct FilesystemImage {
    /// The label, at most 16 bytes.
    var label: String
    /// Also the seed of the directory hashes.
    var uuid: String
    /// Bytes of the file system; the file is sparse. Nil: as small as the content allows.
    var size: Int?
    /// Seconds since 1970 for the times in the file system's own records.
    var time: Int

    /// Left out of mke2fs's defaults: what Linux 5.10 cannot mount, and the
    /// journal, since a guest's layer ends with it.
    private static let features = "^has_journal,^orphan_file,^metadata_csum_seed,^metadata_csum,^resize_inode"

    /// Makes the image at `path` with the content of `directory`, owners and modes included.
    ///
    /// - Throws: `Failure` if mke2fs fails.
    func make(from directory: FilePath, at path: FilePath) async throws {
        var arguments = [
            "-q", "-F", "-t", "ext4", "-O", Self.features, "-m", "0", "-b", "4096", "-I", "256",
            "-L", label, "-U", uuid, "-E", "hash_seed=\(uuid),lazy_itable_init=1,root_owner=0:0",
            "-d", directory.string,
        ]
        let needed = try await contentSize(of: directory)
        if size == nil { arguments += ["-N", String(needed.files + needed.files / 8 + 64)] }
        // An eighth for the file system's own tables; mke2fs says if it is too little.
        let smallest = needed.bytes + needed.bytes / 8 + (16 << 20)
        let bytes = size ?? smallest
        guard bytes >= smallest else {
            throw Failure(
                "the content has \(needed.bytes >> 20) MiB and does not fit into \(bytes >> 20) MiB",
                on: directory.string, advice: "raise `size`", blame: .request)
        }
        arguments += [path.string, "\((bytes + 4095) / 4096 * 4)k"]
        let fixed = String(time)
        try await Command(
            "mke2fs", arguments,
            // e2fsprogs before 1.47.1 knows only the second.
            environment: ["SOURCE_DATE_EPOCH": fixed, "E2FSPROGS_FAKE_TIME": fixed]
        )
        .check(timeout: .seconds(900), advice: "check the free space")
    }

    private func contentSize(of directory: FilePath) async throws -> (bytes: Int, files: Int) {
        func number(_ options: [String]) async throws -> Int {
            let result = try await Command("du", options + ["--", directory.string]).check(timeout: .seconds(300))
            return Int(result.text.prefix { $0.isNumber }) ?? 0
        }
        // What the files take in blocks, not their length: many are small.
        return try await (number(["-s", "-B1"]), number(["-s", "--inodes"]))
    }
}
