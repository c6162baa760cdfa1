import Foundation
import HostProcess
public import SystemPackage

/// A built tree of fstests on the host: as it lies in the source after `make`, or as `make install` leaves it.
public struct FstestsTree: Sendable, Hashable {
    /// The directory with `check`.
    public let root: FilePath
    /// The directories of cases: `generic`, `xfs`.
    public let collections: [String]
    /// What its programs want of the guest.
    public let needs: ProgramNeeds

    /// The largest program that is looked at, in bytes.
    private static let largestProgram = 64 << 20
    /// Programs at most.
    private static let mostPrograms = 5000

    /// Looks at a directory that holds a tree, or holds one directory alone that does, as archives have it.
    ///
    /// - Parameters:
    ///   - directory: where to look.
    ///   - name: what the reader knows it by: the path of the archive.
    ///   - machine: the guest's `e_machine`; 62 for x86-64.
    /// - Throws: `Failure` for what is no tree, one that is not built, or one that is built for other machines.
    public init(at directory: FilePath, name: String? = nil, machine: Int = 62) throws {
        let name = name ?? directory.string
        func exists(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }
        func names(_ path: FilePath) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: path.string)) ?? []).sorted()
        }
        let inside = names(directory).filter { !$0.hasPrefix(".") }
        // The second is where `make install DIST_ROOT=…` puts it.
        let places = [directory, directory.appending("var/lib/xfstests")] + inside.prefix(1).map(directory.appending)
        let root = (inside.count == 1 ? places : [directory]).first { exists($0.appending("check")) } ?? directory
        let missing = ["check", "common/rc", "tests", "ltp", "src"].filter { !exists(root.appending($0)) }
        guard missing.isEmpty else {
            throw Failure(
                "this is no tree of fstests: it has no \(missing.joined(separator: ", "))", on: name,
                advice: "name the directory, or an archive of it, that holds fstests' `check`", blame: .request)
        }
        let fsstress = root.appending("ltp/fsstress")
        guard let program = ELFProgram(try Self.read(fsstress)) else {
            let isSource = exists(root.appending("ltp/fsstress.c"))
            throw Failure(
                isSource
                    ? "this tree of fstests is not built: it has ltp/fsstress.c and no program ltp/fsstress"
                    : "this tree of fstests is not whole: it has no program ltp/fsstress", on: name,
                advice: "build it for the guest's Debian suite; it is never built here", blame: .request)
        }
        guard program.machine == machine else {
            throw Failure(
                "this tree of fstests is built for another machine: ELF machine \(program.machine), the guest's is "
                    + "\(machine)", on: name, advice: "build it for the guest", blame: .request)
        }
        let tests = root.appending("tests")
        collections = names(tests).filter { exists(tests.appending($0).appending("group.list")) }
        guard !collections.isEmpty else {
            throw Failure(
                "this tree of fstests is not built: no directory of tests/ has a group.list", on: name,
                advice: "finish its build; `make` writes those lists", blame: .request)
        }
        self.root = root
        needs = try Self.needs(of: root)
    }

    /// What the programs below `src` and `ltp` want.
    private static func needs(of root: FilePath) throws -> ProgramNeeds {
        var needs = ProgramNeeds()
        var count = 0
        for directory in ["ltp", "src"] {
            let walk = FileManager.default.enumerator(atPath: root.appending(directory).string)
            while let name = walk?.nextObject() as? String {
                // What the compiler leaves beside the programs.
                if [".o", ".c", ".h", ".lo", ".a"].contains(where: name.hasSuffix) { continue }
                let path = root.appending(directory).appending(name)
                count += 1
                guard count <= mostPrograms else {
                    throw Failure("more than \(mostPrograms) programs", on: root.string, advice: "is it fstests?")
                }
                if let program = ELFProgram(try read(path)) { needs.add(program) }
            }
        }
        return needs
    }

    /// The bytes of a regular file; none of anything else, of what cannot be read, and of what is too large.
    private static func read(_ path: FilePath) throws -> [UInt8] {
        var status = stat()
        guard lstat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= largestProgram
        else { return [] }
        return [UInt8]((try? Data(contentsOf: URL(fileURLWithPath: path.string))) ?? Data())
    }
}
