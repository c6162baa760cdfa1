import Foundation
import HostProcess
import SystemPackage

// Foundation's file operations, with errors that say what failed, on what, and what to do.

/// Writes a whole file.
func writeFile(_ path: FilePath, _ bytes: [UInt8], mode: UInt16 = 0o644) throws {
    do {
        try Data(bytes).write(to: URL(fileURLWithPath: path.string))
        try FileManager.default.setAttributes([.posixPermissions: Int(mode)], ofItemAtPath: path.string)
    } catch {
        throw Failure(
            "cannot write file: \(error.localizedDescription)", on: path.string, advice: "check the free space")
    }
}

/// Makes a directory and those above it.
func makeDirectories(_ path: FilePath) throws {
    do {
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    } catch {
        throw Failure(
            "cannot make a directory: \(error.localizedDescription)", on: path.string,
            advice: "check its owner and the free space")
    }
}

/// Removes a directory and all below it, but nothing that is mounted there.
func removeTree(_ path: FilePath) async throws {
    try await Command("rm", ["-rf", "--one-file-system", "--", path.string]).check(timeout: .seconds(600))
}
