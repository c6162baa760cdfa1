import Foundation
import HostProcess
import SystemPackage
import TestPlan

/// What was kept of persistent memory: a copy beside the file behind it, and the mode that it had.
struct SavedPmem {
    /// The file that QEMU has mapped.
    let file: FilePath

    private var copy: FilePath { FilePath(file.string + ".saved") }
    private var modeFile: FilePath { FilePath(file.string + ".mode") }

    /// - Parameter file: the file behind it.
    init(of file: FilePath) { self.file = file }

    /// Whether something was kept, by this guest or by an earlier one of the cell.
    var isThere: Bool { access(copy.string, F_OK) == 0 }

    /// Keeps it, whole or not at all: sparse, and sharing its blocks where the host's file system can.
    ///
    /// - Throws: `Failure` if it cannot be copied in time; `CancellationError`.
    func save(_ mode: PmemMode, _ timeout: Duration) async throws {
        let partial = FilePath(copy.string + ".partial")
        try await Command("cp", ["--sparse=always", "--reflink=auto", "--", file.string, partial.string])
            .check(timeout: timeout, advice: "is there room beside it?")
        do {
            try Data(mode.rawValue.utf8).write(to: URL(filePath: modeFile.string), options: .atomic)
        } catch {
            throw Failure("cannot keep its mode: \(error.localizedDescription)", on: modeFile.string, advice: "")
        }
        guard rename(partial.string, copy.string) == 0 else {
            throw Failure("cannot keep its copy: \(systemError())", on: copy.string, advice: "")
        }
    }

    /// Writes what was kept over the file, in place: QEMU has it mapped, so it is neither replaced nor ever cut short,
    /// which would end QEMU by SIGBUS.
    ///
    /// - Returns: the mode that it had.
    /// - Throws: `Failure` if nothing was kept or it cannot be written in time; `CancellationError`.
    func restore(_ timeout: Duration) async throws -> PmemMode {
        var status = stat()
        guard stat(file.string, &status) == 0, isThere,
            let mode = PmemMode(rawValue: try BoundedRead.text(of: modeFile, limit: 64))
        else { throw Failure("nothing was saved of it", on: file.string, advice: "save it first") }
        try await Command(
            "fallocate", ["--punch-hole", "--offset", "0", "--length", "\(status.st_size)", file.string]
        ).check(timeout: timeout, advice: "let TMPDIR be on a file system with sparse files")
        try await Command(
            "dd", ["if=\(copy)", "of=\(file)", "bs=1M", "iflag=fullblock", "conv=notrunc,sparse", "status=none"]
        ).check(timeout: timeout, advice: "is there room for it?")
        return mode
    }
}
