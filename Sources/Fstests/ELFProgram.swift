/// What a program or library asks of the system it runs on (System V ABI, and the GNU symbol versions of the Linux
/// Standard Base). Read from the file, since a tree may be built for guests whose libraries the host does not have.
struct ELFProgram: Sendable {
    /// `e_machine`: 62 for x86-64, 183 for AArch64.
    let machine: Int
    /// The libraries that it names, each with the symbol versions it wants of it: `libc.so.6` → `GLIBC_2.38`.
    let needs: [String: Set<String>]

    private let bytes: [UInt8]

    /// Nil for a file that is no 64-bit little-endian ELF file, or a damaged one.
    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard bytes.count >= 64, bytes.prefix(6) == [0x7F, 0x45, 0x4C, 0x46, 2, 1] else { return nil }
        func number(_ offset: Int, _ size: Int) -> Int? {
            guard offset >= 0, offset <= bytes.count - size else { return nil }
            return (0..<size).reversed().reduce(into: UInt64(0)) { $0 = $0 << 8 | UInt64(bytes[offset + $1]) }
                .asInt
        }
        func text(_ offset: Int) -> String? {
            guard bytes.indices.contains(offset) else { return nil }
            return String(decoding: bytes[offset...].prefix(256).prefix { $0 != 0 }, as: UTF8.self)
        }
        guard let machine = number(18, 2), let table = number(32, 8), let count = number(56, 2), count < 1024 else {
            return nil
        }
        self.machine = machine
        var segments: [(address: Int, offset: Int, size: Int)] = []
        var dynamic: (offset: Int, size: Int)?
        for index in 0..<count {
            let entry = table + index * 56
            guard let type = number(entry, 4), let offset = number(entry + 8, 8),
                let address = number(entry + 16, 8), let size = number(entry + 32, 8)
            else { return nil }
            if type == 1 { segments.append((address, offset, size)) }
            if type == 2 { dynamic = (offset, size) }
        }
        func place(_ address: Int) -> Int? {
            segments.first { $0.address <= address && address - $0.address < $0.size }.map {
                $0.offset + (address - $0.address)
            }
        }
        var needs: [String: Set<String>] = [:]
        if let dynamic {
            var values: [Int: [Int]] = [:]
            for index in 0..<min(dynamic.size / 16, 4096) {
                guard let tag = number(dynamic.offset + index * 16, 8), tag != 0,
                    let value = number(dynamic.offset + index * 16 + 8, 8)
                else { break }
                values[tag, default: []].append(value)
            }
            // DT_STRTAB, DT_NEEDED, DT_VERNEED, DT_VERNEEDNUM.
            guard let strings = values[5]?.first.flatMap(place) else { return nil }
            for name in values[1] ?? [] { needs[text(strings + name) ?? "", default: []] = [] }
            var entry = values[0x6FFF_FFFE]?.first.flatMap(place) ?? 0
            for _ in 0..<min(values[0x6FFF_FFFF]?.first ?? 0, 256) {
                guard let versions = number(entry + 2, 2),
                    let file = number(entry + 4, 4).flatMap({ text(strings + $0) }),
                    var version = number(entry + 8, 4).map({ entry + $0 }), let next = number(entry + 12, 4)
                else { return nil }
                for _ in 0..<min(versions, 1024) {
                    guard let name = number(version + 8, 4).flatMap({ text(strings + $0) }),
                        let following = number(version + 12, 4)
                    else { return nil }
                    needs[file, default: []].insert(name)
                    version += following
                }
                entry += next
            }
        }
        needs[""] = nil
        self.needs = needs
    }
}

extension UInt64 {
    /// Offsets beyond any file become one that is surely outside, and that others can be added to.
    fileprivate var asInt: Int { Int(Swift.min(self, 1 << 48)) }
}
