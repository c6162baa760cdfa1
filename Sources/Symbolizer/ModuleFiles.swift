import Foundation
import HostProcess
import SystemPackage

/// The module files below a directory, by the names the kernel has for them.
struct ModuleFiles: Sendable {
    private var paths: [String: FilePath] = [:]

    /// Entries looked at, at most: a distribution's kernel has about 5000.
    private static let entryLimit = 200_000

    /// - Parameters:
    ///   - directory: looked through; nil for none.
    ///   - files: single ones, the first of a name before others and before those in the directory.
    /// - Throws: `Failure` if there is no such directory, or it is too large to be one of modules.
    init(_ directory: FilePath?, files: [FilePath]) throws {
        if let directory { try search(directory) }
        for file in files.reversed() {
            if let name = Self.name(file.string) { paths[name] = file }
        }
    }

    private mutating func search(_ directory: FilePath) throws {
        // The directory may be a link; links below it (`build`, `source`) lead out of it and are not followed.
        let root = URL(fileURLWithPath: directory.string).resolvingSymlinksInPath()
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isDirectory), isDirectory.boolValue,
            let entries = FileManager.default.enumerator(atPath: root.path)
        else {
            throw Failure(
                "no such directory", on: directory.string,
                advice: "name the directory of the modules (Debian: /usr/lib/debug/lib/modules/RELEASE)",
                blame: .request)
        }
        var seen = 0
        while let entry = entries.nextObject() as? String {
            seen += 1
            guard seen <= Self.entryLimit else {
                throw Failure(
                    "more than \(Self.entryLimit) files", on: directory.string,
                    advice: "name the directory of one kernel's modules", blame: .request)
            }
            let isDebug = entry.hasSuffix(".ko.debug")
            guard isDebug || entry.hasSuffix(".ko"), let name = Self.name(entry) else { continue }
            if isDebug || paths[name] == nil { paths[name] = FilePath(root.path).appending(entry) }
        }
    }

    /// The file of a module; one with split debug information goes first.
    func path(of module: String) -> FilePath? { paths[module] }

    /// `kernel/fs/foo-bar.ko.debug` is `foo_bar` (kmod: libkmod's `modname_normalize`).
    private static func name(_ entry: String) -> String? {
        guard let file = entry.split(separator: "/").last, let dot = file.firstRange(of: ".ko") else { return nil }
        return String(file[..<dot.lowerBound].map { $0 == "-" ? "_" : $0 })
    }
}
