import Foundation
import GRDB
import HostProcess
import RunRecord
import SystemPackage
import Testing

@testable import ResultStore

@Suite struct OpeningTests {
    @Test("the database of the first version is migrated with all it holds")
    func olderIsMigrated() async throws {
        try await withScratchDirectory { scratch in
            let path = scratch.appending("results.sqlite")
            let sql = try String(contentsOfFile: Samples.fixtures.appending("version-1.sql").string, encoding: .utf8)
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false
            try DatabaseQueue(path: path.string, configuration: configuration).writeWithoutTransaction {
                try $0.execute(sql: sql)
            }

            let store = try ResultStore.open(path)
            #expect(try store.runs(limit: 9).map(\.id) == ["20261121-123709-f12a", "20261121-121927-6729"])
            let old = try #require(try store.run(id: "20261121-121927-6729"))
            #expect(old.record.cells.map(\.verdict) == [.fail, .pass, .pass])
            #expect(old.record.cells[0].cases[0].findings.count == 2)
            // What later versions ask by is filled in.
            #expect(try store.predecessor(of: old.record) == nil)
            #expect(try store.findings(plan: "virtiofs-kvec").isEmpty == false)
            #expect(try store.flaky().isEmpty)
            // It can be written as well.
            try store.record(old.record, directory: old.directory)
            #expect(try store.run(id: old.record.id)?.record == old.record)
            #expect(try store.judge([], of: "virtiofs-kvec", today: "2026-11-21").isEmpty)
        }
    }

    @Test("the database of a newer vmharness is refused and left alone")
    func newerIsRefused() async throws {
        try await withScratchDirectory { scratch in
            let path = scratch.appending("results.sqlite")
            _ = try ResultStore.open(path)
            try DatabaseQueue(path: path.string).write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('999: the future')")
            }
            let failure = try #require(throws: Failure.self) { try ResultStore.open(path) }
            #expect(failure.what.contains("newer vmharness"))
            #expect(failure.subject == path.string)
            #expect(failure.blame == .request)
            let applied = try DatabaseQueue(path: path.string).read {
                try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations")
            }
            #expect(applied.contains("999: the future"))
        }
    }

    @Test("a file that is no database is refused with what to do about it")
    func damaged() async throws {
        try await withScratchDirectory { scratch in
            let path = scratch.appending("results.sqlite")
            try String(repeating: "not a database\n", count: 1000).write(
                toFile: path.string, atomically: false, encoding: .utf8)
            let failure = try #require(throws: Failure.self) { try ResultStore.open(path) }
            #expect(failure.what.contains("damaged"))
            #expect(failure.advice.contains("results rebuild"))
        }
    }

    @Test("a directory that cannot be made is named")
    func noDirectory() throws {
        let failure = try #require(throws: Failure.self) { try ResultStore.open("/dev/null/x/results.sqlite") }
        #expect(failure.subject == "/dev/null/x" || failure.subject == "/dev/null")
        #expect(failure.what.contains("Not a directory"))
    }

    @Test("a new database opened many times at once is made once")
    func openedAtOnce() async throws {
        try await withScratchDirectory { scratch in
            let path = scratch.appending("results.sqlite")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for minute in 0..<8 {
                    group.addTask {
                        let cell = Samples.cell([CaseRecord(name: "a", verdict: .pass, seconds: 1)])
                        try ResultStore.open(path).record(
                            Samples.run(minute, [cell]), directory: FilePath("/runs/\(minute)"))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try ResultStore.open(path).runs(limit: 99).count == 8)
        }
    }
}
