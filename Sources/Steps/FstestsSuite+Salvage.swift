import Foundation
import Fstests
public import SystemPackage
import TestPlan

extension FstestsSuite {
    /// Takes over what lies on the results disk of a guest that is gone: `.full` up to the end, mostly.
    public func salvage(_ name: String, from results: FilePath, to directory: FilePath) -> [String] {
        guard let (section, name) = request.place(ofCase: name), let slash = name.firstIndex(of: "/") else { return [] }
        let folder = String(name[..<slash])
        let stem = String(name[name.index(after: slash)...]) + "."
        // The disk is mounted at GuestPlace.results in the guest.
        let base = results.appending("fstests").appending(section.name)
        let source = base.appending(folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: source.string)) ?? []
        let files = names.sorted().filter { $0.hasPrefix(stem) }.prefix(Self.mostFiles)
        return files.compactMap { file in
            guard let bytes = Self.read(source.appending(file)) else { return nil }
            return FstestsCaseFiles.write(bytes, as: file, in: directory, at: hostPlace(of: section, folder))
        }
    }

    /// Where the files of a section's cases go, relative to the cell's directory.
    func hostPlace(of section: FstestsRequest.Section, _ folder: String? = nil) -> String {
        (["fstests"] + (request.sections.count > 1 ? [section.name] : []) + (folder.map { [$0] } ?? []))
            .joined(separator: "/")
    }

    /// The beginning of a regular file; the guest made the disk, so links are not followed.
    private static func read(_ path: FilePath) -> [UInt8]? {
        let descriptor = open(path.string, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        guard var bytes = try? file.read(upToCount: largestFile) else { return nil }
        if status.st_size > largestFile {
            bytes += Data("\n[vmharness: cut here, it has \(status.st_size) bytes]\n".utf8)
        }
        return [UInt8](bytes)
    }
}
