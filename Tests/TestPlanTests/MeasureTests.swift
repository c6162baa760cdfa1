import Foundation
import Testing

import TestPlan

@Suite struct ByteCountTests {
    @Test(arguments: [
        ("0", 0), ("512", 512), ("1KiB", 1024), ("10MiB", 10_485_760), ("1GiB", 1 << 30), ("2TiB", 2 << 40),
        ("007KiB", 7168),
    ])
    func sizes(text: String, bytes: Int) throws {
        #expect(try ByteCount(parsing: text).bytes == bytes)
    }

    @Test(arguments: ["0", "1", "1023", "1KiB", "1025", "10MiB", "3GiB", "1TiB", "9223372036854775807"])
    func itReadsWhatItPrints(text: String) throws {
        let size = try ByteCount(parsing: text)
        #expect(size.description == text)
        #expect(try JSONDecoder().decode([ByteCount].self, from: JSONEncoder().encode([size])) == [size])
    }

    @Test(arguments: [
        ("10MB", "did you mean 10MiB?"), ("10M", "did you mean 10MiB?"), ("10mib", "did you mean 10MiB?"),
        ("10 MiB", "did you mean 10MiB?"), ("4k", "did you mean 4KiB?"), ("1tb", "did you mean 1TiB?"),
        ("5b", "did you mean 5?"), ("5bytes", "did you mean 5?"),
        ("10XiB", "use a number of bytes or one of the suffixes KiB, MiB, GiB and TiB"),
        ("1.5GiB", "use a number of bytes or one of the suffixes KiB, MiB, GiB and TiB"),
        ("-1", "a size is not negative"), ("MiB", "write a size such as 10MiB"), ("", "write a size such as 10MiB"),
        ("٣MiB", "write a size such as 10MiB"),
        ("9223372036854775808", "write a smaller size"), ("8388608TiB", "write a smaller size"),
        (String(repeating: "9", count: 1000), "write a smaller size"),
    ])
    func refusals(text: String, advice: String) {
        let error = #expect(throws: Diagnostic.self) { try ByteCount(parsing: text) }
        #expect(error?.advice == advice)
    }

    @Test func aNegativeNumberInJSONIsAnErrorAndNoTrap() {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([ByteCount].self, from: Data("[-1]".utf8)) }
    }
}

@Suite struct DurationParsingTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("5min", .seconds(300)), ("5m", .seconds(300)),
        ("1h", .seconds(3600)), ("0s", .zero),
    ])
    func durations(text: String, duration: Duration) throws {
        #expect(try Duration(parsing: text) == duration)
    }

    @Test(arguments: [
        ("30", "did you mean 30s?"), ("30sec", "did you mean 30s?"), ("30 s", "did you mean 30s?"),
        ("2hours", "did you mean 2h?"), ("2S", "did you mean 2s?"), ("1minute", "did you mean 1min?"),
        ("1d", "use a whole number and one of the units ms, s, min and h"),
        ("1.5s", "use a whole number and one of the units ms, s, min and h"),
        ("s", "write a duration such as 30s"), ("-1s", "write a duration such as 30s"),
        ("", "write a duration such as 30s"),
        ("9223372036854775807h", "write a shorter duration"), ("99999999999999999999s", "write a shorter duration"),
    ])
    func refusals(text: String, advice: String) {
        let error = #expect(throws: Diagnostic.self) { try Duration(parsing: text) }
        #expect(error?.advice == advice)
    }

    @Test(arguments: ["1ms", "1500ms", "90s", "2min", "24h", "0ms"])
    func itReadsWhatItPrints(text: String) throws {
        #expect(try Duration(parsing: text).spelled == text)
    }
}

@Suite struct SpellingTests {
    @Test(arguments: [
        ("memmory", "memory"), ("meomry", "memory"), ("CPUS", "cpus"), ("cpu", "cpus"), ("devces", "devices"),
        ("imgae", "image"), ("read_only", "read-only"),
    ])
    func nearWords(word: String, nearest: String) {
        #expect(
            nearestSpelling(of: word, among: ["memory", "cpus", "image", "devices", "read-only", "a"]) == nearest)
    }

    @Test(arguments: ["colour", "", "x", String(repeating: "m", count: 65)])
    func nothingIsNear(word: String) {
        #expect(nearestSpelling(of: word, among: ["memory", "cpus", "a", ""]) == nil)
    }

    @Test func theFirstOfEquallyNearWordsWins() {
        #expect(nearestSpelling(of: "bat", among: ["cat", "bad"]) == "cat")
    }
}
