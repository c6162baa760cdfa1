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

    // MARK: Runs that have not ended

    /// A run of three cells: `a` is newer in its own file, `b` only in the run's, `c` only in its own.
    private func withUnended(_ body: (RunLookup, RunRecord, FilePath) throws -> Void) async throws {
        try await Samples.withStore { store, scratch in
            func cell(_ id: String, _ cases: Int) -> CellRecord {
                var cell = Samples.cell((0..<cases).map { CaseRecord(name: "\($0)", verdict: .pass, seconds: 1) })
                cell.id = id
                return cell
            }
            var run = Samples.run(0, [cell("a", 1), cell("b", 1)])
            run.ended = nil
            run.asked = ["a", "b", "c"].map { AskedCell(id: $0, plan: "p", kernel: "debian:6.1", parameters: [:]) }
            let directory = try Samples.save(run, in: scratch.appending("runs"))
            for newer in [cell("a", 3), cell("c", 2)] {
                try Self.save(newer, as: newer.id, in: directory)
            }
            try body(RunLookup(store: store, runs: scratch.appending("runs")), run, directory)
        }
    }

    private static func save(_ cell: CellRecord, as name: String, in run: FilePath) throws {
        let place = run.appending("cells").appending(name)
        try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: true)
        try cell.json().write(to: URL(filePath: place.appending("cell.json").string))
    }

    @Test("of a run whose controller was killed, each cell's own file is newer")
    func unended() async throws {
        try await withUnended { lookup, run, directory in
            let found = try lookup.find(run.id).record
            #expect(found.cells.map(\.id) == ["a", "b", "c"])
            #expect(found.cells.map(\.cases.count) == [3, 1, 2])
        }
    }

    @Test("rebuilt from such files, the store has every case that ended")
    func rebuiltUnended() async throws {
        try await withUnended { lookup, run, directory in
            let store = try ResultStore.open(directory.appending("other.sqlite"))
            #expect(try store.rebuild(from: [directory]).recorded == [run.id])
            #expect(try store.run(id: run.id)?.record.cells.map(\.cases.count) == [3, 1, 2])
        }
    }

    @Test("a run that ended is what its own file says")
    func ended() async throws {
        try await withUnended { lookup, run, directory in
            var run = run
            run.ended = run.started
            try Samples.save(run, in: directory.removingLastComponent())
            #expect(try lookup.find(run.id).record.cells.map(\.cases.count) == [1, 1])
        }
    }

    @Test("no name in a record leads out of its directory, and no cell stands for another")
    func hostileCells() async throws {
        try await withUnended { lookup, run, directory in
            var run = run
            for id in ["../../elsewhere", "..", "", "/"] {
                run.asked?.append(AskedCell(id: id, plan: "p", kernel: "debian:6.1", parameters: [:]))
            }
            run.asked?.append(AskedCell(id: "d", plan: "p", kernel: "debian:6.1", parameters: [:]))
            try Samples.save(run, in: directory.removingLastComponent())
            var foreign = run.cells[0]
            foreign.id = "../../elsewhere"
            let elsewhere = directory.removingLastComponent().appending("elsewhere")
            try FileManager.default.createDirectory(atPath: elsewhere.string, withIntermediateDirectories: true)
            try foreign.json().write(to: URL(filePath: elsewhere.appending("cell.json").string))
            try Self.save(run.cells[0], as: "d", in: directory)
            #expect(try lookup.find(directory.string).record.cells.map(\.id) == ["a", "b", "c"])
        }
    }

    @Test("a cell's file that is none is named")
    func damagedCell() async throws {
        try await withUnended { lookup, run, directory in
            let file = directory.appending("cells/a/cell.json")
            try "{}".write(toFile: file.string, atomically: false, encoding: .utf8)
            let failure = try #require(throws: Failure.self) { try lookup.find(run.id) }
            #expect(failure.subject == file.string)
        }
    }
}
