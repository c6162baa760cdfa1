import HostProcess
import SystemPackage

/// A kernel image for x86: what its header says, and the ELF image inside.
///
/// Offsets are those of the boot protocol (kernel: Documentation/arch/x86/boot.rst).
struct BootImage {
    let bytes: [UInt8]

    /// Images have 5 to 20 MB; with debug information inside, a few hundred.
    static let limit = 512 << 20

    /// Reads an image.
    ///
    /// - Throws: `Failure` if it is neither a bzImage nor ELF.
    init(_ path: FilePath) throws {
        bytes = try BoundedRead.bytes(of: path, limit: Self.limit)
        guard isELF || bytes.count > 0x1000 && bytes[0x202..<0x206].elementsEqual("HdrS".utf8) else {
            throw Failure(
                "not a kernel image for x86", on: path.string, advice: "name a bzImage (vmlinuz) or an ELF vmlinux",
                blame: .request)
        }
    }

    /// True for a file that is an unpacked image, of any size.
    ///
    /// - Throws: `Failure` if it cannot be read.
    static func isELF(_ path: FilePath) throws -> Bool {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter {
                try withUnsafeTemporaryAllocation(byteCount: 4, alignment: 1) { magic in
                    try file.read(into: magic) == 4 && magic.elementsEqual([0x7F, 0x45, 0x4C, 0x46])
                }
            }
        } catch {
            throw Failure("cannot read file: \(error)", on: path.string, advice: "check the path", blame: .request)
        }
    }

    /// True for an image that is unpacked already.
    var isELF: Bool { bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) }

    /// Release, builder and version, `6.1.0-56-amd64 (debian-kernel@…) #1 SMP …`;
    /// nil if the header has none. (`kernel_version`, offset 0x20e.)
    var banner: String? {
        guard !isELF else { return nil }
        let offset = number(at: 0x20E, bytes: 2)
        guard offset > 0, offset + 0x200 < bytes.count else { return nil }
        let text = bytes[(offset + 0x200)...].prefix(512).prefix { $0 >= 0x20 && $0 < 0x7F }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    /// What `uname -r` will print: the first word of the banner.
    var release: String? { banner?.split(separator: " ").first.map(String.init) }

    /// The ELF image inside, if QEMU can boot it (it has a PVH note), else nil.
    ///
    /// - Throws: `Failure` if its payload is broken.
    func unpacked() async throws -> [UInt8]? {
        if isELF { return nil }
        let start = (number(at: 0x1F1, bytes: 1) + 1) * 512 + number(at: 0x248, bytes: 4)
        let length = number(at: 0x24C, bytes: 4)
        guard length > 8, start + length <= bytes.count else { return nil }
        // The build appends the unpacked size in 4 bytes (scripts/Makefile.lib,
        // size_append), which gzip alone has by itself.
        let payload = Array(bytes[start..<start + length])
        let command: Command
        let input: [UInt8]
        switch Array(payload.prefix(6)) {
        case [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]:
            (command, input) = (Command("xz", ["-dc", "--single-stream"]), payload)
        case let magic where magic.starts(with: [0x28, 0xB5, 0x2F, 0xFD]):
            (command, input) = (Command("zstd", ["-dcq"]), payload.dropLast(4))
        case let magic where magic.starts(with: [0x1F, 0x8B]):
            (command, input) = (Command("gzip", ["-dc"]), payload)
        default:
            return nil
        }
        let result = try await command.check(input: input, outputLimit: Self.limit, timeout: .seconds(120))
        let image = result.output
        guard !result.isTruncated, image.starts(with: [0x7F, 0x45, 0x4C, 0x46]), Self.hasPVHNote(image) else {
            return nil
        }
        return image
    }

    /// True if the ELF image has Xen's note 18, PHYS32_ENTRY: where to enter it
    /// in 32-bit mode (Xen: public/elfnote.h; QEMU: hw/i386/x86.c; elf(5)).
    static func hasPVHNote(_ image: [UInt8]) -> Bool {
        func number(_ offset: Int, _ count: Int) -> Int { littleEndian(image, at: offset, bytes: count) }
        let (table, size, count) = (number(32, 8), number(54, 2), number(56, 2))
        for header in (0..<count).map({ table + $0 * size }) where number(header, 4) == 4 {
            var note = number(header + 8, 8)
            let end = min(note + number(header + 32, 8), image.count)
            while note + 12 <= end {
                let (nameSize, contentSize, type) = (number(note, 4), number(note + 4, 4), number(note + 8, 4))
                if type == 18, nameSize == 4, note + 16 <= end,
                    image[(note + 12)..<(note + 16)].elementsEqual("Xen\0".utf8)
                {
                    return true
                }
                note += 12 + (nameSize + 3) / 4 * 4 + (contentSize + 3) / 4 * 4
            }
        }
        return false
    }

    private func number(at offset: Int, bytes count: Int) -> Int {
        Self.littleEndian(bytes, at: offset, bytes: count)
    }

    /// A number of the file; 0 beyond its end, and where it does not fit an Int.
    private static func littleEndian(_ bytes: [UInt8], at offset: Int, bytes count: Int) -> Int {
        guard offset >= 0, offset < bytes.count - count else { return 0 }
        let value = (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
        // A broken file must not make the sums above overflow.
        return value < 1 << 40 ? Int(value) : 0
    }
}
