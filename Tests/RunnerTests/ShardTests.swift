import Testing

@testable import Runner

@Suite("Cases spread over several guests")
struct ShardTests {
    let names = (1...20).map { "generic/\(100 + $0)" }

    @Test("Every case is in exactly one part, in its order")
    func everyCaseOnce() {
        let seconds = ["generic/101": 500.0, "generic/105": 20, "generic/120": 3]
        let parts = (1...3).map { Shard(number: $0, count: 3).part(of: names, seconds: seconds) }
        #expect(parts.flatMap { $0 }.sorted() == names)
        for part in parts { #expect(part == names.filter(part.contains)) }
    }

    @Test("A case as long as all others together has a part of its own")
    func longCaseAlone() {
        var seconds = names.reduce(into: [:]) { $0[$1] = 1.0 }
        seconds["generic/107"] = 100
        let parts = (1...2).map { Shard(number: $0, count: 2).part(of: names, seconds: seconds) }
        #expect(parts.contains(["generic/107"]))
    }

    @Test("Without a history the parts have as many cases each")
    func evenWithoutHistory() {
        let counts = (1...4).map { Shard(number: $0, count: 4).part(of: names, seconds: [:]).count }
        #expect(counts == [5, 5, 5, 5])
    }
}
