/// The section headers of an ELF file (`Elf64_Shdr`, `Elf32_Shdr` in elf(5)).
enum SectionTable {
    static func read(_ head: ByteReader, _ reader: FileReader, is64Bit: Bool) throws -> [ELFFile.Section] {
        let word = is64Bit ? 8 : 4
        let entrySize = is64Bit ? 64 : 40
        guard let start = head.number(at: is64Bit ? 0x28 : 0x20, size: word),
            head.number(at: is64Bit ? 0x3a : 0x2e, size: 2) == UInt64(entrySize),
            var count = head.number(at: is64Bit ? 0x3c : 0x30, size: 2),
            var names = head.number(at: is64Bit ? 0x3e : 0x32, size: 2)
        else { throw reader.damaged() }
        guard start != 0 else { return [] }

        // Numbers that do not fit their fields stand in section 0.
        let first = header(try reader.read(start, UInt64(entrySize)), 0, word)
        if count == 0 { count = first.size }
        if names == 0xffff { names = UInt64(first.link) }
        guard count <= UInt64(ELFFile.sectionLimit) else { throw reader.damaged() }

        let table = try reader.read(start, count * UInt64(entrySize))
        var sections = (0..<Int(count)).map { header(table, $0 * entrySize, word) }
        guard names < count else { return sections }
        let strings = try reader.read(sections[Int(names)].offset, sections[Int(names)].size)
        for index in sections.indices {
            let place = Int(table.number(at: index * entrySize, size: 4) ?? 0)
            sections[index].name = strings.string(at: place).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        return sections
    }

    private static func header(_ table: ByteReader, _ start: Int, _ word: Int) -> ELFFile.Section {
        func field(_ offset: Int, _ size: Int) -> UInt64 { table.number(at: start + offset, size: size) ?? 0 }
        return ELFFile.Section(
            name: "", type: field(4, 4), flags: field(8, word), address: field(8 + word, word),
            offset: field(8 + 2 * word, word), size: field(8 + 3 * word, word), link: Int(field(8 + 4 * word, 4)))
    }
}
