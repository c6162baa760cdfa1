import Foundation
import HostProcess
import SystemPackage

/// SHA-256 by coreutils' `sha256sum`, which uses the CPU's instructions for it.
enum Digest {
    /// Hexadecimal digits in the name of a cache entry: 96 bits, short enough
    /// to read and far from any collision.
    static let length = 24

    /// The digest of a text, `length` digits.
    static func of(_ text: String) async throws -> String {
        let result = try await Command("sha256sum").check(input: Array(text.utf8), timeout: .seconds(60))
        return String(result.text.prefix(length))
    }

    /// The digest of files: of their content and of the names they go by, in order.
    ///
    /// - Parameter files: name and path; the name is what counts, not the path.
    static func of(files: [(name: String, path: FilePath)]) async throws -> String {
        var lines: [String] = []
        // A command line holds 2 MiB (ARG_MAX); paths have at most 4 KiB.
        for start in stride(from: 0, to: files.count, by: 400) {
            let chunk = files[start..<min(start + 400, files.count)]
            let result = try await Command("sha256sum", ["--zero", "--"] + chunk.map(\.path.string))
                .check(timeout: .seconds(1800), advice: "check that the files can be read")
            let sums = result.output.split(separator: 0).map { String(decoding: $0.prefix(64), as: UTF8.self) }
            guard sums.count == chunk.count else {
                throw Failure("sha256sum skipped files", on: chunk.first?.path.string ?? "", advice: "")
            }
            lines += zip(sums, chunk).map { "\($0) \($1.name)" }
        }
        return try await of(lines.joined(separator: "\n"))
    }
}
