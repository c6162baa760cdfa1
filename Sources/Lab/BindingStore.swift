import Foundation
import HostProcess
import SystemPackage

/// The journals and locks, below `/run/vmharness/bindings`, for root alone.
struct BindingStore {
    let tree: SystemTree

    var directory: FilePath { tree.path("run/vmharness/bindings") }

    /// Makes the directory, and refuses one that somebody else could write to.
    func prepare() throws {
        for path in [tree.path("run/vmharness"), directory] {
            guard mkdir(path.string, 0o700) == 0 || errno == EEXIST else {
                throw Failure(
                    "cannot make the journal's directory: \(systemError())", on: path.string,
                    advice: "binding needs root")
            }
            var status = stat()
            guard lstat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
                status.st_mode & 0o022 == 0
            else {
                throw Failure("the journal's directory is not ours alone", on: path.string, advice: "see who made it")
            }
        }
    }

    /// The lock of a group: held by the process that has bound functions of it, or is putting them back.
    func lock(of group: Int) throws -> FileLock? {
        try FileLock.tryAcquire(lockFile(of: group))
    }

    /// Writes a journal and has it reach the disk, or what `/run` is.
    func write(_ journal: BindingJournal) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        encoder.dateEncodingStrategy = .iso8601
        let bytes = Array(try encoder.encode(journal)) + [UInt8(ascii: "\n")]
        let path = path(of: journal.address)
        let temporary = path.removingLastComponent().appending("\(journal.address).new")
        func failed(_ what: String) -> Failure {
            Failure("cannot \(what) the journal: \(systemError())", on: path.string, advice: "free some space in /run")
        }
        let descriptor = open(temporary.string, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failed("create") }
        defer { close(descriptor) }
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw failed("write")
        }
        guard rename(temporary.string, path.string) == 0 else { throw failed("name") }
        let directory = open(self.directory.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failed("keep") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failed("keep") }
    }

    /// The journal is done with.
    func remove(_ address: PCIAddress) {
        unlink(path(of: address).string)
    }

    /// All journals that can be read.
    ///
    /// - Throws: `Failure` if the directory may not be looked into, or for a journal that is none.
    func all() throws -> [BindingJournal] {
        guard tree.exists(directory) else { return [] }
        guard access(directory.string, R_OK | X_OK) == 0 else {
            throw Failure("the journal is for root alone", on: directory.string, advice: "ask as root")
        }
        return try tree.names(in: directory).filter { $0.hasSuffix(".json") }.map { name in
            let path = directory.appending(name)
            let bytes = try BoundedRead.bytes(of: path, limit: 1 << 16)
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            guard let journal = try? decoder.decode(BindingJournal.self, from: Data(bytes)),
                name == "\(journal.address).json",
                ![journal.driver, journal.driverOverride].contains(where: { $0?.contains("/") ?? false })
            else {
                throw Failure(
                    "not a journal of a binding", on: path.string,
                    advice: "see what driver the function had, bind it by hand, and remove the file")
            }
            return journal
        }
    }

    /// The process that holds the lock of a group; nil for none (proc_locks(5)).
    func lockHolder(of group: Int) -> Int? {
        var status = stat()
        guard stat(lockFile(of: group).string, &status) == 0 else { return nil }
        // N: FLOCK ADVISORY WRITE pid major:minor:inode start end
        let locks = String(decoding: ProcessTable.read("/proc/locks") ?? [], as: UTF8.self)
        for line in locks.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK", fields[5].hasSuffix(":\(status.st_ino)") else { continue }
            return Int(fields[4])
        }
        return nil
    }

    private func lockFile(of group: Int) -> FilePath { directory.appending("group-\(group).lock") }

    /// This boot of the host.
    var boot: String { tree.text(tree.path("proc/sys/kernel/random/boot_id")) ?? "" }

    private func path(of address: PCIAddress) -> FilePath { directory.appending("\(address).json") }
}
