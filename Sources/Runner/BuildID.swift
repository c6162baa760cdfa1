/// The GNU build id in ELF notes, as `/sys/kernel/notes` shows them (elf(5)).
struct BuildID: Hashable {
    /// In hexadecimal.
    let text: String

    /// Nil if the notes hold none.
    init?(notes: [UInt8]) {
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
}
