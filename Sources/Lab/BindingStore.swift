import Foundation
import HostProcess
import SystemPackage

/// The journals, below `/run/vmharness/bindings`, for root alone.
struct BindingStore {
    let tree: SystemTree

    var directory: FilePath { tree.path("run/vmharness/bindings") }

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
        guard access(directory.string, R_OK | X_OK) == 0 else {
            // Only what is not there is nothing: its parent may not be searched by others.
            if errno == ENOENT { return [] }
            throw Failure("cannot look into the journal: \(systemError())", on: directory.string, advice: "run as root")
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

    /// This boot of the host.
    var boot: String { tree.text(tree.path("proc/sys/kernel/random/boot_id")) ?? "" }

    private func path(of address: PCIAddress) -> FilePath { directory.appending("\(address).json") }
}
