import HostProcess
import SystemPackage

/// What symbolization needs of an ELF file (elf(5)): its kind, sections and symbols.
///
/// The file is not trusted and may be of any size: only the tables asked for are read, each within
/// a limit and within the file.
struct ELFFile: Sendable {
    let path: FilePath
    /// A module (`ET_REL`): its addresses count from the beginning of their section.
    let isRelocatable: Bool
    let sections: [Section]
    let layout: Layout
    private let fileSize: Int

    struct Section: Sendable {
        var name: String
        var type: UInt64
        var flags: UInt64
        var address: UInt64
        var offset: UInt64
        var size: UInt64
        var link: Int

        /// `SHF_ALLOC` and `SHF_EXECINSTR`.
        var isCode: Bool { flags & 0x6 == 0x6 }
    }

    /// How numbers are stored.
    struct Layout: Sendable {
        var is64Bit: Bool
        var isBigEndian: Bool
        /// On 32-bit ARM, bit 0 of a function's address says Thumb.
        var isARM: Bool
    }

    /// Sections at most: more than any kernel has.
    static let sectionLimit = 1 << 17
    /// Bytes of a table at most: vmlinux has symbol and string tables of about 3 MB each.
    static let tableLimit = 256 << 20

    /// - Throws: `Failure` if the file cannot be read, is no ELF file, or is cut short.
    init(_ path: FilePath) throws {
        self.path = path
        let file = try Self.open(path)
        defer { try? file.close() }
        guard let end = try? file.seek(offset: 0, from: .end) else {
            throw Failure("not a regular file", on: path.string, advice: "name a file", blame: .request)
        }
        fileSize = Int(end)
        var reader = FileReader(file: file, size: fileSize, path: path, isBigEndian: false)
        guard let header = try? reader.read(0, 52).bytes, header.starts(with: [0x7f, 0x45, 0x4c, 0x46]),
            (1...2).contains(header[4]), (1...2).contains(header[5])
        else {
            throw Failure(
                "not an ELF file", on: path.string,
                advice: "name a vmlinux or a .ko; a vmlinuz is compressed and has no debug information",
                blame: .request)
        }
        reader.isBigEndian = header[5] == 2
        let is64Bit = header[4] == 2
        let head = try reader.read(0, is64Bit ? 64 : 52)
        layout = Layout(
            is64Bit: is64Bit, isBigEndian: reader.isBigEndian, isARM: head.number(at: 18, size: 2) == 40)
        isRelocatable = head.number(at: 16, size: 2) == 1
        sections = try SectionTable.read(head, reader, is64Bit: is64Bit)
    }

    /// True if compilers left line numbers in it.
    var hasDebugInformation: Bool {
        // SHT_NOBITS keeps a section's name without its contents.
        sections.contains { ($0.name == ".debug_info" || $0.name == ".zdebug_info") && $0.type != 8 && $0.size > 0 }
    }

    /// The bytes of a section, or of the part of it asked for.
    ///
    /// - Throws: `Failure` if they lie outside the file or are more than ``tableLimit``.
    func contents(of section: Section, from start: UInt64 = 0, limit: Int? = nil) throws -> ByteReader {
        let file = try Self.open(path)
        defer { try? file.close() }
        let reader = FileReader(file: file, size: fileSize, path: path, isBigEndian: layout.isBigEndian)
        guard start <= section.size, max(start, section.offset) <= UInt64(fileSize) else { throw reader.damaged() }
        let size = min(section.size - start, UInt64(limit ?? .max))
        return try reader.read(section.offset + start, size)
    }

    private static func open(_ path: FilePath) throws -> FileDescriptor {
        do {
            // A FIFO in the place of a file must not stop us.
            return try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            throw Failure("cannot read file: \(error)", on: path.string, advice: "check the path", blame: .request)
        }
    }
}

/// Reads parts of a file that lie within it.
struct FileReader {
    let file: FileDescriptor
    let size: Int
    let path: FilePath
    var isBigEndian: Bool

    func read(_ offset: UInt64, _ count: UInt64) throws -> ByteReader {
        guard count <= UInt64(ELFFile.tableLimit), offset <= UInt64(size), count <= UInt64(size) - offset else {
            throw damaged()
        }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        var done = 0
        while done < bytes.count {
            let got = try? bytes.withUnsafeMutableBytes {
                try file.read(
                    fromAbsoluteOffset: Int64(offset) + Int64(done),
                    into: UnsafeMutableRawBufferPointer(rebasing: $0[done...]))
            }
            guard let got, got > 0 else { throw damaged() }
            done += got
        }
        return ByteReader(bytes: bytes, isBigEndian: isBigEndian)
    }

    func damaged() -> Failure {
        Failure("the ELF file is cut short or damaged", on: path.string, advice: "fetch it again", blame: .request)
    }
}
