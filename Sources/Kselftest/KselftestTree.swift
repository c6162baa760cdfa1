import Foundation
import HostProcess
public import SystemPackage

/// An installed tree of kernel selftests on the host, as `make -C tools/testing/selftests install` leaves it.
public struct KselftestTree: Sendable, Hashable {
    /// The directory with `run_kselftest.sh`.
    public let root: FilePath
    /// Its tests.
    public let list: KselftestList

    /// Names what becomes an image, for the image's key.
    public static let format = "kselftest 1"

    /// Looks at a directory that holds a tree, or holds one directory alone that does, as archives have it.
    ///
    /// - Parameters:
    ///   - directory: where to look.
    ///   - name: what the reader knows it by: the path of the archive.
    ///   - machine: the guest's `e_machine`; 62 for x86-64.
    /// - Throws: `Failure` for what is no tree, one that is not installed, or one that is built for other machines.
    public init(at directory: FilePath, name: String? = nil, machine: Int = 62) throws {
        let name = name ?? directory.string
        func exists(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }
        let inside = ((try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? [])
            .filter { !$0.hasPrefix(".") }
        let script = "run_kselftest.sh"
        let places = [directory] + (inside.count == 1 ? inside.map(directory.appending) : [])
        let root = places.first { exists($0.appending(script)) } ?? directory
        let missing = [script, KselftestList.fileName].filter { !exists(root.appending($0)) }
        guard missing.isEmpty else {
            let isSource = ["lib.mk", "tools/testing/selftests/lib.mk"].contains { exists(root.appending($0)) }
            throw Failure(
                isSource
                    ? "these are the sources of the selftests, not installed ones: no \(missing.joined(separator: ", "))"
                    : "this is no tree of kernel selftests: it has no \(missing.joined(separator: ", "))", on: name,
                advice: isSource
                    ? "name what `make -C tools/testing/selftests install` made, kselftest_install"
                    : "name the directory, or an archive of it, that holds `run_kselftest.sh`", blame: .request)
        }
        let file = root.appending(KselftestList.fileName)
        list = try KselftestList(try BoundedRead.text(of: file, limit: KselftestList.largest))
        for test in list.cases {
            guard let found = Self.machine(of: root.appending(test.path)), found != machine else { continue }
            throw Failure(
                "these selftests are built for another machine: \(test.name) has ELF machine \(found), the guest's is "
                    + "\(machine)", on: name, advice: "build them for the guest", blame: .request)
        }
        self.root = root
    }

    /// `e_machine` of a program (System V ABI, ELF header, bytes 18 and 19); nil for a script, and for what is no file.
    private static func machine(of path: FilePath) -> Int? {
        let descriptor = open(path.string, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 20)
        guard read(descriptor, &header, header.count) == header.count,
            header.starts(with: [0x7F, 0x45, 0x4C, 0x46])
        else { return nil }
        // EI_DATA tells the order of the bytes.
        return header[5] == 2 ? Int(header[18]) << 8 | Int(header[19]) : Int(header[19]) << 8 | Int(header[18])
    }
}
