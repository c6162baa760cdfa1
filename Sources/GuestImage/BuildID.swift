import Foundation
public import SystemPackage

/// The GNU build id of a kernel, in ELF notes as `/sys/kernel/notes` shows them and its images have them (elf(5)).
public struct BuildID: Sendable, Hashable {
    /// In hexadecimal.
    public let text: String

    /// Nil if the notes hold none.
    public init?(notes: [UInt8]) {
        func word(_ at: Int) -> Int {
            (0..<4).reduce(0) { $0 | Int(notes[at + $1]) << (8 * $1) }
        }
        func padded(_ count: Int) -> Int { (count + 3) & ~3 }
        var at = 0
        while at + 12 <= notes.count {
            let (nameSize, size, type) = (word(at), word(at + 4), word(at + 8))
            let name = at + 12
            let value = name + padded(nameSize)
            guard value + size <= notes.count else { return nil }
            // NT_GNU_BUILD_ID
            if type == 3, notes[name..<(name + nameSize)].elementsEqual("GNU\0".utf8) {
                let digits = Array("0123456789abcdef")
                text = String(notes[value..<(value + size)].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
                return
            }
            at = value + padded(size)
        }
        return nil
    }

    /// The one in the notes of an ELF kernel, of any size; nil if it has none or is no such file.
    public init?(vmlinux path: FilePath) {
        guard let file = FileHandle(forReadingAtPath: path.string) else { return nil }
        defer { try? file.close() }
        self.init(elf: { offset, count in
            guard (try? file.seek(toOffset: UInt64(offset))) != nil else { return [] }
            return Array((try? file.read(upToCount: count)) ?? Data())
        })
    }

    /// The one in the notes of an ELF kernel in memory.
    init?(image: [UInt8]) {
        self.init(elf: { offset, count in
            offset < image.count ? Array(image[offset..<min(image.count, offset + count)]) : []
        })
    }

    private static let mostNotes = 1 << 20

    private init?(elf read: (_ offset: Int, _ count: Int) -> [UInt8]) {
        let head = read(0, 64)
        // A kernel for a 64-bit little-endian machine.
        guard head.count == 64, head.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return nil }
        func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
            guard at + count <= bytes.count else { return 0 }
            let value = (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
            return value < 1 << 40 ? Int(value) : 0
        }
        let size = number(head, 54, 2)
        let table = read(number(head, 32, 8), size * number(head, 56, 2))
        // PT_NOTE
        for start in stride(from: 0, to: table.count, by: max(size, 1)) where number(table, start, 4) == 4 {
            let notes = read(number(table, start + 8, 8), min(number(table, start + 32, 8), Self.mostNotes))
            if let found = BuildID(notes: notes) {
                self = found
                return
            }
        }
        return nil
    }
}
