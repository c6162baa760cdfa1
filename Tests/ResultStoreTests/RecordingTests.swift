import Foundation
import GRDB
import HostProcess
import RunRecord
import SystemPackage
import Testing

@testable import ResultStore

@Suite struct RecordingTests {
    private func sample(_ minute: Int = 0) throws -> RunRecord {
        Samples.run(
            minute,
            [
                Samples.cell(
                    parameters: ["size": "10MiB"],
                    [
                        CaseRecord(name: "boot", verdict: .pass, seconds: 1.25),
                        CaseRecord(
                            name: "module.insert", step: 3, guest: 2, verdict: .fail,
                            reason: "WARNING in __alloc_pages",
                            seconds: 36.4,
                            findings: [try Samples.warning(), Samples.hang()], files: ["ladder/1-process.txt"]),
                        CaseRecord(
                            name: "generic/208", verdict: .skip, reason: "expunged: it hangs", seconds: 0,
                            expunge: ExpungeRecord(
                                test: "generic/2*", scope: "gfs2", reason: "it hangs", location: "e.yaml:1:3")),
                    ]),
                Samples.cell(on: "debian:7.2", [CaseRecord(name: "boot", verdict: .pass, seconds: 1)]),
            ])
    }

    @Test("a run comes back whole, but for the kernel's reports, which its files have")
    func roundTrip() async throws {
        try await Samples.withStore { store, _ in
            var run = try sample()
            try store.record(run, directory: "/runs/x/../a")
            let back = try #require(try store.run(id: run.id))
            #expect(run.cells[0].cases[1].findings[0].report != nil)
            run.cells[0].cases[1].findings[0].report = nil
            #expect(back.record == run)
            #expect(back.directory == "/runs/a")
            #expect(try store.run(id: "20261121") == nil)
        }
    }

    @Test("the same run again replaces itself, and leaves no case that it does not have")
    func idempotent() async throws {
        try await Samples.withStore { store, _ in
            var run = try sample()
            try store.record(run, directory: "/runs/a")
            let once = try dump(store)
            try store.record(run, directory: "/runs/a")
            #expect(try dump(store) == once)

            run.cells[0].cases.removeLast()
            try store.record(run, directory: "/runs/a")
            #expect(try store.cases(of: "p") == ["boot", "module.insert"])
            #expect(try store.runs(limit: 9).count == 1)
        }
    }

    @Test("rebuilt from its files, the store holds what was recorded")
    func rebuildEqualsRecorded() async throws {
        try await Samples.withStore { recorded, scratch in
            let runs = scratch.appending("runs")
            for minute in 0..<4 {
                var run = try sample(minute)
                // In memory times have fractions, in the file they have none.
                run.started += 0.75
                run.cells[0].started += 0.75
                try recorded.record(run, directory: try Samples.save(run, in: runs))
            }
            let rebuilt = try ResultStore.open(scratch.appending("rebuilt.sqlite"))
            let report = try rebuilt.rebuild(from: [runs])
            #expect(report.recorded.count == 4)
            #expect(report.problems.isEmpty)
            #expect(try dump(rebuilt) == dump(recorded))
        }
    }

    @Test("what cannot be read is reported, and what has no files any more is kept")
    func rebuildReports() async throws {
        try await Samples.withStore { store, scratch in
            let runs = scratch.appending("runs")
            let elsewhere = scratch.appending("elsewhere")
            try Samples.save(try sample(0), in: runs)
            try store.record(try sample(1), directory: "/no/such/directory")
            let out = try Samples.save(try sample(2), in: elsewhere)
            try store.record(try sample(2), directory: out)
            func add(_ name: String, _ text: String) throws {
                let directory = runs.appending(name).string
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
                try text.write(toFile: directory + "/run.json", atomically: false, encoding: .utf8)
            }
            try add("broken", #"{"format": 1, "id": "x""#)
            try add("newer", #"{"format": 2, "runs": []}"#)
            try add("other", #"{"name": "a document"}"#)
            try FileManager.default.createDirectory(atPath: "\(runs)/empty", withIntermediateDirectories: true)
            mkfifo("\(runs)/empty/pipe", 0o600)
            try FileManager.default.createDirectory(atPath: "\(runs)/fifo", withIntermediateDirectories: true)
            mkfifo("\(runs)/fifo/run.json", 0o600)

            let report = try store.rebuild(from: [runs])
            #expect(report.recorded == [try sample(0).id, try sample(2).id])
            #expect(report.kept == [try sample(1).id])
            let reasons = Dictionary(
                uniqueKeysWithValues: report.problems.map { (FilePath($0.path).lastComponent?.string, $0.reason) })
            #expect(reasons.keys.compactMap { $0 }.sorted() == ["broken", "empty", "fifo", "newer", "other"])
            #expect(reasons["newer"]?.contains("format 2") == true)
            #expect(reasons["other"]?.contains("no 'format'") == true)
            #expect(reasons["fifo"]?.contains("not a regular file") == true)
            #expect(try store.runs(limit: 9).count == 3)
            #expect(throws: Failure.self) { try store.rebuild(from: ["/no/such/directory"]) }
        }
    }

    @Test("a run of an earlier vmharness is read")
    func oldDocument() async throws {
        try await Samples.withStore { store, scratch in
            let directory = scratch.appending("runs/old").string
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: Samples.fixtures.appending("format-1-run.json").string, toPath: directory + "/run.json")
            let report = try store.rebuild(from: [scratch.appending("runs")])
            #expect(report.problems.isEmpty)
            #expect(report.recorded == ["20261121-121927-6729"])
            #expect(try store.history(plan: "virtiofs-kvec").map(\.verdict) == [.pass, .pass, .fail])
        }
    }

    /// Every row, without what numbers them.
    private func dump(_ store: ResultStore) throws -> [String] {
        try store.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT json_array(name, started, verdict, document) FROM runs
                    UNION ALL
                    SELECT json_array(runs.name, cells.name, plan, kernel, release, build, accelerator, cells.verdict,
                        cells.started, cells.document) FROM cells JOIN runs ON runs.id = run
                    UNION ALL
                    SELECT json_array(runs.name, cells.name, tests.plan, tests.name, cases.verdict, reason, seconds,
                        timed, cases.kernel, cases.accelerator, cases.started, files, step, guest,
                        expunges.document)
                    FROM cases JOIN cells ON cells.id = cell JOIN runs ON runs.id = run
                        JOIN tests ON tests.id = cases.test LEFT JOIN expunges ON expunges.id = expunge
                    UNION ALL
                    SELECT json_array(runs.name, cells.name, tests.name, severity, kind, title, fingerprint,
                        findings.document) FROM findings JOIN cases ON cases.id = findings."case"
                        JOIN cells ON cells.id = cell JOIN runs ON runs.id = run JOIN tests ON tests.id = test
                    ORDER BY 1
                    """)
        }
    }
}
