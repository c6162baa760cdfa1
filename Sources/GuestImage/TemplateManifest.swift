import Foundation
import HostProcess
import SystemPackage

/// `template.json` of a template in the cache.
struct TemplateManifest: Codable {
    /// Raised when templates are made otherwise, so that old ones are made again.
    static let format = 1
    static let fileName = "template.json"

    /// What tells whether a file was changed (stat(2)).
    struct Stamp: Codable, Hashable {
        var inode: UInt64
        var bytes: Int
        /// Seconds and nanoseconds of the last change.
        var changed: [Int]

        init(_ path: FilePath) throws {
            var status = stat()
            guard lstat(path.string, &status) == 0 else {
                throw Failure("cannot look at a file of a template: \(systemError())", on: path.string, advice: "")
            }
            inode = UInt64(status.st_ino)
            bytes = Int(status.st_size)
            changed = [Int(status.st_ctim.tv_sec), Int(status.st_ctim.tv_nsec)]
        }
    }

    /// What it is, in words.
    var what: String
    /// The directories of the cache that it cannot do without.
    var entries: [String]
    /// By the files' names.
    var stamps: [String: Stamp]

    init(of entry: TemplateStore.Entry, what: String, on entries: [FilePath]) throws {
        self.what = what
        self.entries = entries.map(\.string)
        stamps = try Self.stamps(of: entry)
    }

    static func read(_ directory: FilePath) throws -> TemplateManifest {
        try JSONDecoder().decode(
            TemplateManifest.self,
            from: Data(BoundedRead.bytes(of: directory.appending(fileName), limit: 1 << 20)))
    }

    func write(to directory: FilePath) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try writeFile(directory.appending(Self.fileName), Array(encoder.encode(self)))
    }

    /// True if something is gone that it cannot do without.
    var isStale: Bool { !entries.allSatisfy { FileManager.default.fileExists(atPath: $0) } }

    /// True if the files of an entry are those that the manifest was written for.
    func fits(_ entry: TemplateStore.Entry) -> Bool { (try? Self.stamps(of: entry)) == stamps }

    private static func stamps(of entry: TemplateStore.Entry) throws -> [String: Stamp] {
        try [entry.memory, entry.state, entry.disk, entry.console].reduce(into: [:]) { stamps, path in
            stamps[path.lastComponent?.string ?? ""] = try Stamp(path)
        }
    }
}
