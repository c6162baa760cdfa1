import Foundation
import SystemPackage

/// Where one guest of a cell leaves its files: the cell's directory for the
/// first, `guest-2` and so on below it for those that take its place.
struct EvidenceDirectory: Sendable {
    /// The cell's directory.
    let cell: FilePath
    /// The guest's number in its cell, from 1.
    let guest: Int

    /// The guest's directory.
    var path: FilePath { guest == 1 ? cell : cell.appending("guest-\(guest)") }

    /// A file's name in the record: relative to the cell's directory.
    func name(_ file: String) -> String { guest == 1 ? file : "guest-\(guest)/\(file)" }

    /// The path of a file, which may lie in a directory below.
    func path(_ file: String) -> FilePath { path.appending(FilePath(file).components) }
}
