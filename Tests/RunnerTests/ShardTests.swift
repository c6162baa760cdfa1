import Testing

@testable import Runner

@Suite("Cases spread over several guests")
struct ShardTests {
    let names = (1...20).map { "generic/\(100 + $0)" }

    private func part(_ number: Int, of parts: [String: Int]) -> [String] {
        names.filter { parts[$0] == number }
    }

    @Test("Every case is in exactly one part")
    func everyCaseOnce() {
        let seconds = ["generic/101": 500.0, "generic/105": 20, "generic/120": 3]
        let parts = Shard.division(of: names, into: 3, seconds: seconds)
        #expect(parts.count == names.count)
        #expect(Set(parts.values) == [1, 2, 3])
    }

    @Test("A case as long as all others together has a part of its own")
    func longCaseAlone() {
        var seconds = names.reduce(into: [:]) { $0[$1] = 1.0 }
        seconds["generic/107"] = 100
        let parts = Shard.division(of: names, into: 2, seconds: seconds)
        #expect(part(parts["generic/107"]!, of: parts) == ["generic/107"])
    }

    @Test("Without a history the parts have as many cases each")
    func evenWithoutHistory() {
        let parts = Shard.division(of: names, into: 4, seconds: [:])
        #expect((1...4).map { part($0, of: parts).count } == [5, 5, 5, 5])
    }

    /// The guests come to a suite at different times, when some cases have been recorded already.
    @Test("The division stays as it is while cases end")
    func divisionStays() {
        let progress = CellProgress()
        progress.plan(names, step: 1, shards: 2)
        let (first, second) = (progress.remaining(step: 1, shard: 1), progress.remaining(step: 1, shard: 2))
        for name in first.prefix(7) { progress.record(name, step: 1) }
        progress.plan(names, step: 1, shards: 2)
        #expect(progress.remaining(step: 1, shard: 1) == Array(first.dropFirst(7)))
        #expect(progress.remaining(step: 1, shard: 2) == second)
    }
}
