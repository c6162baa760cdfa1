import Testing

@testable import Fstests

/// What is read of programs that may come from elsewhere.
struct ELFProgramTests {
    /// A file of one loaded segment and its dynamic section, each entry of which is a tag and a value.
    private func program(offset: UInt64, address: UInt64, entries: [(tag: UInt64, value: UInt64)]) -> [UInt8] {
        func bytes(_ value: UInt64, _ size: Int) -> [UInt8] {
            (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
        }
        func segment(_ type: UInt64, _ offset: UInt64, _ address: UInt64, _ size: UInt64) -> [UInt8] {
            bytes(type, 4) + bytes(0, 4) + bytes(offset, 8) + bytes(address, 8) + bytes(0, 8) + bytes(size, 8)
                + bytes(0, 16)
        }
        let identity: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1] + Array(repeating: 0, count: 10)
        let header = identity + bytes(3, 2) + bytes(62, 2) + bytes(1, 4) + bytes(0, 8) + bytes(64, 8) + bytes(0, 14)
        let table = bytes(56, 2) + bytes(2, 2) + bytes(0, 6)
        let dynamic = entries.flatMap { bytes($0.tag, 8) + bytes($0.value, 8) } + bytes(0, 16)
        return header + table + segment(1, offset, address, .max)
            + segment(2, 64 + 112, 0, UInt64(dynamic.count)) + dynamic
    }

    @Test("the libraries of a small program")
    func small() throws {
        let names = program(offset: 0, address: 0, entries: [(5, 64 + 112 + 48), (1, 1)]) + Array("\0libx.so\0".utf8)
        #expect(try #require(ELFProgram(names)).needs == ["libx.so": []])
    }

    @Test("numbers beyond any file end nothing", arguments: [0x3FFF_FFFF_FFFF_FFFF, .max, 1 << 62] as [UInt64])
    func hostile(number: UInt64) {
        for (offset, address) in [(number, 0), (number, number), (0, 0)] {
            let bytes = program(
                offset: offset, address: address,
                entries: [(5, number), (1, number), (0x6FFF_FFFE, number), (0x6FFF_FFFF, number)])
            #expect(ELFProgram(bytes)?.needs.isEmpty ?? true)
        }
    }
}
