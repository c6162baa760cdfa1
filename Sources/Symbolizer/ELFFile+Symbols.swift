extension ELFFile {
    /// An entry of the symbol table (`Elf64_Sym`, `Elf32_Sym` in elf(5)).
    struct Symbol {
        var name: ArraySlice<UInt8>
        var value: UInt64
        var size: UInt64
        /// `STT_NOTYPE` is 0, `STT_OBJECT` 1, `STT_FUNC` 2.
        var type: UInt8
        /// The section it lies in.
        var section: Int
    }

    /// Calls `body` with each named symbol that lies in a section.
    ///
    /// - Throws: `Failure` if the table is damaged.
    func forEachSymbol(_ body: (Symbol) -> Void) throws {
        // SHT_SYMTAB
        guard let table = sections.first(where: { $0.type == 2 }), sections.indices.contains(table.link) else { return }
        let entries = try contents(of: table)
        let strings = try contents(of: sections[table.link])
        let entrySize = layout.is64Bit ? 24 : 16
        for index in 0..<(entries.bytes.count / entrySize) {
            guard let symbol = symbol(entries, index * entrySize, strings) else { continue }
            body(symbol)
        }
    }

    private func symbol(_ entries: ByteReader, _ start: Int, _ strings: ByteReader) -> Symbol? {
        func field(_ offset64: Int, _ offset32: Int, _ size: Int) -> UInt64 {
            entries.number(at: start + (layout.is64Bit ? offset64 : offset32), size: size) ?? 0
        }
        let word = layout.is64Bit ? 8 : 4
        let section = Int(field(6, 14, 2))
        // SHN_UNDEF, and the reserved numbers from 0xff00, which are no sections.
        guard section > 0, section < min(sections.count, 0xff00) else { return nil }
        guard let name = strings.string(at: Int(field(0, 0, 4))), !name.isEmpty else { return nil }
        let type = UInt8(field(4, 12, 1)) & 0xf
        let value = field(8, 4, word)
        return Symbol(
            name: name, value: layout.isARM && type == 2 ? value & ~1 : value, size: field(16, 8, word), type: type,
            section: section)
    }
}
