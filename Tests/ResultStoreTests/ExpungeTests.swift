import RunRecord
import SystemPackage
import TestPlan
import Testing

@testable import ResultStore

@Suite struct ExpungeTests {
    private func expunge(_ test: String, since: String? = nil, expires: String? = nil, line: Int = 1) -> Expunge {
        Expunge(
            test: test, reason: "it hangs", since: since, expires: expires,
            location: SourceLocation(file: "e.yaml", line: line, column: 3))
    }

    private func ran(_ name: String, _ verdict: Verdict, for expunge: Expunge) -> CaseRecord {
        CaseRecord(
            name: name, verdict: verdict, seconds: 1,
            expunge: ExpungeRecord(
                test: expunge.test, scope: expunge.scope, reason: expunge.reason, location: "\(expunge.location)"))
    }

    private func standings(
        _ expunges: [Expunge], after runs: [[CellRecord]]
    ) async throws -> [ExpungeStanding] {
        var standings: [ExpungeStanding] = []
        try await Samples.withStore { store, _ in
            for (minute, cells) in runs.enumerated() {
                try store.record(Samples.run(minute, cells), directory: FilePath("/runs/\(minute)"))
            }
            standings = try store.judge(expunges, of: "p", today: "2026-11-21")
        }
        return standings
    }

    @Test("each standing by what the latest runs have shown")
    func each() async throws {
        let passes = expunge("generic/001")
        let fails = expunge("generic/002")
        let skipped = expunge("generic/003")
        let gone = expunge("generic/9*")
        let expired = expunge("generic/004", expires: "2026-11-21")
        let notYet = expunge("generic/005", expires: "2026-11-22")
        let cell = Samples.cell([
            ran("ext4/generic/001", .pass, for: passes), ran("generic/002", .known, for: fails),
            ran("generic/003", .skip, for: skipped), ran("generic/004", .pass, for: expired),
            ran("generic/005", .skip, for: notYet),
        ])
        let found = try await standings([passes, fails, skipped, gone, expired, notYet], after: [[cell]])
        #expect(found.map(\.standing) == [.passes, .fails, .neverRun, .unmatched, .expired, .neverRun])
        #expect(found[0].outcomes.map(\.case) == ["ext4/generic/001"])
        #expect(found[0].outcomes[0].run == Samples.run(0, []).id)
        #expect(found[1].outcomes.map(\.verdict) == [.known])
        #expect(found[0].location == "e.yaml:1:3")
    }

    @Test("only the latest outcome on each kernel counts, and all kernels must pass")
    func latest() async throws {
        let one = expunge("generic/001")
        let failed = Samples.cell([ran("generic/001", .fail, for: one)])
        let passed = Samples.cell([ran("generic/001", .pass, for: one)])
        let failedElsewhere = Samples.cell(on: "debian:6.1", [ran("generic/001", .known, for: one)])
        #expect(try await standings([one], after: [[failed], [passed]]).map(\.standing) == [.passes])
        #expect(try await standings([one], after: [[passed], [failed]]).map(\.standing) == [.fails])
        let both = try await standings([one], after: [[failedElsewhere], [failed], [passed]])
        #expect(both.map(\.standing) == [.fails])
        #expect(both[0].outcomes.map(\.kernel) == ["debian:6.1", "debian:6.12"])
        // Of cells that began in the same second, the one that failed decides.
        #expect(try await standings([one], after: [[failed, passed]]).map(\.standing) == [.fails])
        #expect(try await standings([one], after: [[passed, failed]]).map(\.standing) == [.fails])
    }

    @Test("an expunge keeps its evidence when it moves in its file, and not when its scope changes")
    func identity() async throws {
        let before = expunge("generic/001")
        let cell = Samples.cell([ran("generic/001", .pass, for: before)])
        let found = try await standings(
            [expunge("generic/001", line: 40), expunge("generic/001", since: "6.1")], after: [[cell]])
        #expect(found.map(\.standing) == [.passes, .neverRun])
    }

    @Test("runs that skipped the whole suite say nothing of its cases")
    func noSuite() async throws {
        let skipped = Samples.cell([CaseRecord(name: "fstests", verdict: .skip, reason: "no tree", seconds: 0)])
        #expect(try await standings([expunge("generic/001")], after: [[skipped]]).map(\.standing) == [.neverRun])
        #expect(try await standings([expunge("generic/001")], after: []).map(\.standing) == [.neverRun])
    }

    @Test(
        "names cases in any section",
        arguments: [
            ("generic/208", "generic/208", true), ("generic/208", "ext4-1k/generic/208", true),
            ("generic/208", "generic/208 #2", true), ("generic/208", "generic/2080", false),
            ("generic/208", "xgeneric/208", false), ("generic/*", "generic/001", true),
            ("generic/*", "ext4-1k/generic/001", true), ("generic/*", "xgeneric/001", false), ("*", "anything", true),
            ("timers:posix*", "timers:posix_timers", true),
        ])
    func names(test: String, name: String, isNamed: Bool) {
        #expect(expunge(test).names(name) == isNamed)
    }
}
