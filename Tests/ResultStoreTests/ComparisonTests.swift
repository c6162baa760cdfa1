import Foundation
import RunRecord
import SystemPackage
import Testing

@testable import ResultStore

@Suite struct ComparisonTests {
    private func fail(_ title: String, name: String = "a") -> CaseRecord {
        CaseRecord(
            name: name, step: 1, verdict: .fail, reason: title, seconds: 1,
            findings: [Finding(source: .step, severity: .failure, kind: "step-failed", title: title)])
    }

    private func pass(_ name: String = "a") -> CaseRecord {
        CaseRecord(name: name, step: 1, verdict: .pass, seconds: 1)
    }

    @Test("a run that only the store remembers is compared as its file would be")
    func sameAsTheRecord() async throws {
        try await Samples.withStore { store, _ in
            var remark = pass("known")
            remark.findings = [Finding(source: .step, severity: .notice, kind: "known-not-seen", title: "gone")]
            remark.known = [KnownIssueRecord(reason: "r", link: nil, location: "f:1:1", isPresent: false)]
            var boot = fail("WARNING", name: "boot")
            boot.step = nil
            let run = Samples.run(
                0,
                [
                    Samples.cell(parameters: ["b": "1", "a": "2/3"], [fail("x 0x12"), pass("b"), boot, remark]),
                    Samples.cell(
                        on: "debian:7.2", [pass(), CaseRecord(name: "c", step: 2, verdict: .skip, seconds: 0)]),
                ])
            try store.record(run, directory: "/runs/0")
            let stored = try #require(try store.run(id: run.id)).record
            #expect(stored == run)
            #expect(RunOutcomes(stored).tests == RunOutcomes(run).tests)
            #expect(RunOutcomes(stored).tests.count == 5, "the remark is no test")
            #expect(RunComparison(RunOutcomes(run), RunOutcomes(stored)).changes.allSatisfy { $0.kind == .failing })
        }
    }

    @Test("the predecessor of a run is the latest before it with one of its plans")
    func predecessor() async throws {
        try await Samples.withStore { store, scratch in
            let runs = [
                Samples.run(0, [Samples.cell(of: "p", [pass()])]), Samples.run(1, [Samples.cell(of: "p", [pass()])]),
                Samples.run(2, [Samples.cell(of: "q", [pass()])]), Samples.run(3, [Samples.cell(of: "p", [pass()])]),
            ]
            for run in runs { try store.record(run, directory: FilePath("/runs/\(run.id)")) }
            #expect(try store.predecessor(of: runs[3]) == runs[1].id)
            #expect(try store.predecessor(of: runs[0]) == nil)
            let lookup = RunLookup(store: store, runs: scratch)
            #expect(try lookup.find("latest").record.id == runs[3].id)
            #expect(try lookup.find("previous").record.id == runs[1].id)
        }
    }

    @Test("flaky is what passes and fails on the same input, and not what another build mended")
    func flaky() async throws {
        try await Samples.withStore { store, _ in
            for minute in 0..<10 {
                var mended = Samples.cell(of: "q", [minute < 5 ? fail("x") : pass()])
                mended.environment?.kernel.buildID = minute < 5 ? "old" : "new"
                var libvirt = Samples.cell(of: "libvirt", [minute < 5 ? fail("x") : pass()])
                libvirt.environment?.backend = minute < 5 ? "libvirt" : "qemu"
                let cells = [
                    Samples.cell(parameters: ["n": "1"], [minute % 5 == 0 ? fail("hang at 0x\(minute)") : pass()]),
                    Samples.cell(on: "debian:7.2", [pass()]), mended,
                    Samples.cell(of: "kvm", accelerator: minute < 5 ? "kvm" : "tcg", [minute < 5 ? fail("x") : pass()]),
                    libvirt,
                ]
                try store.record(Samples.run(minute, cells), directory: FilePath("/runs/\(minute)"))
            }
            let flaky = try store.flaky()
            #expect(flaky.count == 1)
            let first = try #require(flaky.first)
            #expect(first.test == TestIdentity(plan: "p", case: "a", kernel: "debian:6.12", parameters: ["n": "1"]))
            #expect(first.failed == Proportion(2, of: 10))
            #expect(first.backend == "qemu" && first.accelerator == "tcg")
            #expect(first.failures.count == 1, "\(first.failures)")
            #expect(first.lastRun == Samples.run(5, []).id)
            #expect(try store.flaky(plan: "q").isEmpty)
            // The latest four all passed.
            #expect(try store.flaky(last: 4).isEmpty)
        }
    }

    @Test("a case that was run again until it passed is flaky by itself")
    func retried() async throws {
        try await Samples.withStore { store, _ in
            var record = fail("x")
            record.verdict = .flaky
            try store.record(Samples.run(0, [Samples.cell([record])]), directory: "/runs/0")
            #expect(try store.flaky().map(\.failed) == [Proportion(1, of: 2)])
        }
    }

    @Test("a finding's history goes from the first time to the last, over kernels and cases")
    func findings() async throws {
        try await Samples.withStore { store, _ in
            for minute in 0..<4 {
                let title = minute == 3 ? "other" : "fault at 0x\(minute)abc"
                let kernel = minute == 1 ? "debian:7.2" : "debian:6.12"
                let cell = Samples.cell(on: kernel, [fail(title, name: minute == 2 ? "s/b" : "a"), pass("c")])
                try store.record(Samples.run(minute, [cell]), directory: FilePath("/runs/\(minute)"))
            }
            let found = try store.findings(plan: "p")
            #expect(found.map(\.title) == ["other", "fault at 0x2abc"])
            #expect(found[1].first == Samples.noon && found[1].last == Samples.noon + 120)
            #expect(found[1].cells == 3 && found[1].kernels == ["debian:6.12", "debian:7.2"])
            #expect(found[1].cases == ["a", "s/b"] && found[1].lastRun == Samples.run(2, []).id)
            #expect(try store.findings(plan: "p", case: "b").map(\.cells) == [1])
            #expect(try store.findings(plan: "p", kernel: "debian:7.2").map(\.cells) == [1])
            #expect(try store.findings(plan: "q").isEmpty)
        }
    }
}
