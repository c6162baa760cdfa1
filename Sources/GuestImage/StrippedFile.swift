import Foundation
import HostProcess
import SystemPackage

/// Kernels and modules without their debug information, which is ten times what a guest needs and is looked up
/// in the tree itself: as `INSTALL_MOD_STRIP=1` leaves them (strip(1)).
enum StrippedFile {
    /// An image that a guest can be given: the file itself, or for a vmlinux a copy without debug information.
    ///
    /// - Parameter directory: where the copy is made.
    static func of(kernel: FilePath, in directory: FilePath) async throws -> FilePath {
        guard try BootImage.isELF(kernel) else { return kernel }
        let copy = directory.appending("vmlinuz")
        try await Command("strip", ["--strip-debug", "-o", copy.string, "--", kernel.string])
            .check(timeout: .seconds(300), advice: "install binutils; is it a complete vmlinux?")
        return copy
    }

    /// Strips modules in place; those that are compressed or signed, for which a byte less is one too few, stay
    /// as they are.
    static func stripModules(_ files: [FilePath]) async throws {
        let modules = try files.filter { try $0.extension == "ko" && !isSigned($0) }
        guard (try? await Command("strip").path()) != nil else { return }
        for start in stride(from: 0, to: modules.count, by: 400) {
            let chunk = modules[start..<min(start + 400, modules.count)]
            try await Command("strip", ["--strip-debug", "--"] + chunk.map(\.string))
                .check(timeout: .seconds(600), advice: "is one of the modules cut short?")
        }
    }

    /// What stands at the end of a signed module (kernel: include/linux/module_signature.h).
    private static let signatureMark = Array("~Module signature appended~\n".utf8)

    private static func isSigned(_ path: FilePath) throws -> Bool {
        guard let file = FileHandle(forReadingAtPath: path.string) else {
            throw Failure("cannot read file: \(systemError())", on: path.string, advice: "check the disk")
        }
        defer { try? file.close() }
        let size = (try? file.seekToEnd()) ?? 0
        guard size > signatureMark.count else { return false }
        try? file.seek(toOffset: size - UInt64(signatureMark.count))
        return Array((try? file.readToEnd()) ?? Data()) == signatureMark
    }
}
