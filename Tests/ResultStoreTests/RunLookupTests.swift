import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

@testable import ResultStore

@Suite struct RunLookupTests {
    private let cell = Samples.cell([CaseRecord(name: "a", verdict: .pass, seconds: 1)])

    /// Run 0 is recorded and has its files, 1 was killed before it was recorded, 2 has files elsewhere, 3 has none.
    private func withRuns(_ body: (RunLookup, [RunRecord], FilePath) throws -> Void) async throws {
        try await Samples.withStore { store, scratch in
            let runs = scratch.appending("runs")
            let records = (0..<4).map { Samples.run($0, [cell]) }
            try store.record(records[0], directory: try Samples.save(records[0], in: runs))
            try Samples.save(records[1], in: runs)
            try store.record(records[2], directory: try Samples.save(records[2], in: scratch.appending("out")))
            try store.record(records[3], directory: runs.appending("gone"))
            try body(RunLookup(store: store, runs: runs), records, scratch)
        }
    }

    @Test("by id, beginning, directory and file, wherever it is kept")
    func found() async throws {
        try await withRuns { lookup, records, scratch in
            for record in records[..<3] {
                let found = try lookup.find(record.id)
                #expect(found.record == record)
                #expect(found.isWhole)
                #expect(found.directory.lastComponent?.string == record.id)
                #expect(try lookup.find(String(record.id.dropLast(5))) == found)
                #expect(try lookup.find(found.directory.string) == found)
                #expect(try lookup.find(found.directory.string + "/run.json") == found)
            }
        }
    }

    @Test("a run whose files are gone is what the store remembers")
    func gone() async throws {
        try await withRuns { lookup, records, _ in
            let found = try lookup.find("last")
            #expect(found.record == records[3])
            #expect(!found.isWhole)
        }
    }

    @Test("`last` is the latest, also one that was killed before it was recorded")
    func last() async throws {
        try await Samples.withStore { store, scratch in
            let lookup = RunLookup(store: store, runs: scratch.appending("runs"))
            let none = try #require(throws: Failure.self) { try lookup.find("last") }
            #expect(none.blame == .request)
            try store.record(Samples.run(0, [cell]), directory: "/runs/0")
            try Samples.save(Samples.run(1, [cell]), in: scratch.appending("runs"))
            #expect(try lookup.find("last").record.id == Samples.run(1, []).id)
            // Without a store, too.
            #expect(try RunLookup(store: nil, runs: scratch.appending("runs")).find("last").isWhole)
        }
    }

    @Test("what is not there, or not one, is refused with what there is")
    func refused() async throws {
        try await withRuns { lookup, records, scratch in
            let many = try #require(throws: Failure.self) { try lookup.find("2026") }
            #expect(many.what.contains("4 runs"))
            #expect(many.advice.contains(records[3].id))
            let misspelt = try #require(throws: Failure.self) { try lookup.find(records[0].id + "0") }
            #expect(misspelt.advice.contains("did you mean '\(records[0].id)'"))
            for name in ["", "nothing", "../../etc", scratch.string] {
                let failure = try #require(throws: Failure.self) { try lookup.find(name) }
                #expect(!failure.advice.isEmpty)
            }
        }
    }

    @Test("a directory that was used again for another run does not stand for the first")
    func usedAgain() async throws {
        try await withRuns { lookup, records, scratch in
            let out = scratch.appending("out").appending(records[2].id)
            try Samples.run(9, []).json().write(to: URL(filePath: out.appending("run.json").string))
            let found = try lookup.find(records[2].id)
            #expect(found.record == records[2])
            #expect(!found.isWhole)
        }
    }
}
