import KernelLog
import Testing

/// The reader is fed as the console grows, cut anywhere.
struct ChunkTests {
    /// A generator whose failures can be repeated.
    struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    static func feed(_ bytes: [UInt8], _ dice: inout Dice, largest: Int) -> [KernelReport] {
        var reader = KernelLogReader()
        var reports: [KernelReport] = []
        bytes.withUnsafeBytes { buffer in
            var start = 0
            while start < buffer.count {
                let end = min(buffer.count, start + Int.random(in: 0...largest, using: &dice))
                reader.read(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
                if Bool.random(using: &dice) { reports += reader.nextReports() }
                start = end
            }
        }
        return reports + reader.finish()
    }

    @Test(arguments: Fixture.names, [1, 3, 100, 5000])
    func cutsDoNotMatter(_ name: String, _ largest: Int) throws {
        let bytes = try Fixture.bytes(name)
        let whole = try Fixture.reports(name)
        var dice = Dice(state: UInt64(largest))
        let pieces = Self.feed(bytes, &dice, largest: largest).sorted { $0.range.startByte < $1.range.startByte }
        #expect(pieces == whole)
    }

    /// Consoles in any order, with lines lost, doubled and damaged: whatever is reported, nothing crashes,
    /// and ranges stay inside the log.
    @Test(arguments: 0..<24)
    func damagedLogsAreRead(_ seed: UInt64) throws {
        var dice = Dice(state: seed)
        var bytes: [UInt8] = []
        for name in Fixture.names.shuffled(using: &dice) { bytes += try Fixture.bytes(name) }
        for _ in 0..<400 {
            let place = Int.random(in: 0..<bytes.count, using: &dice)
            let length = min(Int.random(in: 1...200, using: &dice), bytes.count - place)
            switch Int.random(in: 0..<4, using: &dice) {
            case 0: bytes.removeSubrange(place..<place + length)
            case 1:
                bytes.insert(contentsOf: bytes[place..<place + length], at: Int.random(in: 0..<place + 1, using: &dice))
            case 2: bytes[place] = UInt8.random(in: .min ... .max, using: &dice)
            default: bytes.insert(10, at: place)
            }
        }
        let whole = KernelLogReader.reports(in: bytes)
        #expect(whole.allSatisfy { $0.range.startByte < $0.range.endByte && $0.range.endByte <= bytes.count })
        #expect(whole.allSatisfy { $0.title.utf8.count <= 120 && !$0.title.isEmpty })
        let pieces = Self.feed(bytes, &dice, largest: 700).sorted { $0.range.startByte < $1.range.startByte }
        #expect(pieces == whole)
    }
}
