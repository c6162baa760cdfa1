import Foundation
import RunRecord
import SystemPackage
import Testing

@testable import ResultStore

@Suite struct HistoryTests {
    @Test("a case's history is newest first, over all sections, and of its plan alone")
    func ofACase() async throws {
        try await Samples.withStore { store, _ in
            let names = ["generic/208", "ext4-1k/generic/208", "xgeneric/208", "generic/2080", "generic/20_"]
            for (minute, name) in names.enumerated() {
                let record = CaseRecord(name: name, verdict: .fail, reason: "no \(minute)", seconds: Double(minute))
                let cells = [Samples.cell(of: "p", [record]), Samples.cell(of: "q", [record])]
                try store.record(Samples.run(minute, cells), directory: FilePath("/runs/\(minute)"))
            }
            let entries = try store.history(plan: "p", case: "generic/208")
            #expect(entries.map(\.case) == ["ext4-1k/generic/208", "generic/208"])
            #expect(entries.map(\.reason) == ["no 1", "no 0"])
            #expect(entries[0].release == "6.12.95")
            #expect(entries[0].build == "abcd")
            #expect(entries[0].started == Samples.noon + 60)
            #expect(entries[0].directory == "/runs/1")
            #expect(try store.history(plan: "p", case: "ext4-1k/generic/208").count == 1)
            #expect(try store.history(plan: "p", case: "generic/208", limit: 1).map(\.seconds) == [1])
            #expect(try store.history(plan: "p", case: "generic/208", kernel: "debian:7.2").isEmpty)
        }
    }

    @Test("what a mutated kernel did is neither the stock kernel's history nor its experience")
    func ofAMutation() async throws {
        try await Samples.withStore { store, _ in
            var mutated = Samples.cell(on: "debian:6.1", [CaseRecord(name: "a", verdict: .fail, seconds: 100)])
            mutated.mutation = "m"
            let stock = Samples.cell(on: "debian:6.1", [CaseRecord(name: "a", verdict: .pass, seconds: 2)])
            try store.record(Samples.run(0, [mutated]), directory: FilePath("/runs/0"))
            try store.record(Samples.run(1, [stock]), directory: FilePath("/runs/1"))
            #expect(try store.history(plan: "p", case: "a", kernel: "debian:6.1").map(\.verdict) == [.pass])
            #expect(try store.history(plan: "p", kernel: "debian:6.1,mutate=m").map(\.verdict) == [.fail])
            #expect(try store.durations(plan: "p", kernel: "debian:6.1")["a"]?.median == .seconds(2))
            let cell = try store.run(id: Samples.run(0, []).id)?.record.cells.first
            #expect(cell?.kernel == "debian:6.1")
            #expect(cell?.mutation == "m")
        }
    }

    @Test("a plan's history has its cells with their parameters and reasons")
    func ofAPlan() async throws {
        try await Samples.withStore { store, _ in
            for (minute, size) in ["1MiB", "2MiB"].enumerated() {
                let cell = Samples.cell(
                    parameters: ["size": size], [CaseRecord(name: "a", verdict: .fail, reason: "no", seconds: 2)])
                try store.record(Samples.run(minute, [cell]), directory: FilePath("/runs/\(minute)"))
            }
            let entries = try store.history(plan: "p")
            #expect(entries.map(\.parameters) == [["size": "2MiB"], ["size": "1MiB"]])
            #expect(entries.map(\.reason) == ["no", "no"])
            #expect(entries.map(\.seconds) == [2, 2])
            #expect(try store.history(plan: "q").isEmpty)
            #expect(try store.plans() == ["p"])
        }
    }

    @Test("runs are listed newest first with what they had")
    func list() async throws {
        try await Samples.withStore { store, _ in
            let pass = CaseRecord(name: "a", verdict: .pass, seconds: 1)
            let fail = CaseRecord(name: "b", verdict: .fail, seconds: 1)
            try store.record(Samples.run(0, [Samples.cell(of: "q", [pass])]), directory: "/runs/0")
            var interrupted = Samples.run(
                1, [Samples.cell(of: "p", [pass, fail]), Samples.cell(of: "p", on: "debian:7.2", [pass])])
            interrupted.interruption = "interrupted by SIGINT"
            try store.record(interrupted, directory: "/runs/1")
            let runs = try store.runs(limit: 9)
            #expect(runs.map(\.id) == [interrupted.id, Samples.run(0, []).id])
            #expect(runs[0].plans == ["p"])
            #expect(runs[0].kernels == ["debian:6.12", "debian:7.2"])
            #expect(runs[0].cells == ["fail": 1, "pass": 1])
            #expect(runs[0].cases == ["fail": 1, "pass": 2])
            #expect(runs[0].interruption == "interrupted by SIGINT")
            #expect(try store.runs(limit: 1).count == 1)
            #expect(try store.runs(limit: 9, plan: "q").map(\.plans) == [["q"]])
        }
    }

    @Test("a duration is the median of the last twenty times that a case ended by itself")
    func durations() async throws {
        try await Samples.withStore { store, _ in
            // The first ten are too old to count; of the last twenty, 10 to 29, the median is 19.5.
            for minute in 0..<30 {
                let cases = [
                    CaseRecord(name: "slow", verdict: minute % 2 == 0 ? .pass : .fail, seconds: Double(minute)),
                    CaseRecord(
                        name: "hung", verdict: .fail, seconds: 1200, findings: [Samples.hang()]),
                    CaseRecord(name: "skipped", verdict: .skip, seconds: 0),
                    CaseRecord(name: "broken", verdict: .error, seconds: 5),
                    CaseRecord(
                        name: "once hung", verdict: .fail, seconds: 7, findings: minute == 3 ? [] : [Samples.hang()]),
                ]
                try store.record(Samples.run(minute, [Samples.cell(cases)]), directory: FilePath("/runs/\(minute)"))
            }
            let durations = try store.durations(plan: "p", kernel: "debian:6.12", accelerator: "tcg")
            #expect(durations.keys.sorted() == ["once hung", "slow"])
            #expect(durations["slow"] == CaseDuration(median: .seconds(19.5)))
            #expect(durations["once hung"] == CaseDuration(median: .seconds(7)))
            #expect(try store.durations(plan: "p").keys.sorted() == ["once hung", "slow"])
            #expect(try store.durations(plan: "p", case: "slow").keys.sorted() == ["slow"])
            #expect(try store.durations(plan: "p", kernel: "debian:6.1").isEmpty)
            #expect(try store.durations(plan: "p", accelerator: "kvm").isEmpty)
            #expect(try store.durations(plan: "q").isEmpty)
        }
    }

    @Test("a finding that weighs nothing does not take a time away, a warning neither")
    func timed() throws {
        var record = CaseRecord(name: "a", verdict: .pass, seconds: 1, findings: [Samples.hang()])
        #expect(!record.isTimed)
        record.findings[0].severity = .notice
        #expect(record.isTimed)
        record.findings = [try Samples.warning()]
        record.verdict = .fail
        #expect(record.isTimed)
    }
}
