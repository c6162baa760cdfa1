import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Suites in guests that crash, hang and are killed: every case has its own result in the end.
    @Suite struct SuiteTests {
        @Test(.timeLimit(.minutes(10))) func goesOnInFreshGuests() async throws {
            try await Harness.runPlan("suite-goes-on") { run, out, result in
                #expect(result.status == 1)
                let cell = try #require(run.cells.first)
                let verdicts = Dictionary(cell.cases.map { ($0.name, $0.verdict) }) { first, _ in first }
                #expect(
                    verdicts == [
                        "first": .pass, "crash": .fail, "after-crash": .pass, "spin": .fail, "after-spin": .pass,
                        "stain": .pass, "after-stain": .pass, "failing": .fail, "failing/one": .pass,
                        "failing/two": .fail, "skipped": .skip, "last": .pass, "afterwards": .pass,
                    ])
                #expect(cell.isComplete == true)
                // Each of the three that broke or stained a guest was the last in it.
                let guests = try #require(cell.guests)
                #expect(guests.map { $0.ended?.prefix { $0 != ":" } } == ["crash", "spin", "stain", nil])
                let crash = try #require(cell.cases.first { $0.name == "crash" })
                #expect(crash.findings.contains { $0.source == .console && $0.kind == "panic" })
                let spin = try #require(cell.cases.first { $0.name == "spin" })
                #expect(spin.findings.map(\.kind) == ["hang"])
                #expect(spin.guest == 2)
                #expect(spin.files.contains("guest-2/ladder/1-process.txt"))
                for file in spin.files {
                    let path = out.appending(cell.directory).appending(FilePath(file).components)
                    #expect(FileManager.default.fileExists(atPath: path.string))
                }
            }
        }

        /// QEMU killed under a case is not the case's fault: it is tried again. A killed controller's run goes on
        /// where it stood.
        @Test(.timeLimit(.minutes(10))) func outlivesQEMUAndController() async throws {
            try await withScratchDirectory { scratch in
                let out = scratch.appending("run")
                let plan = Harness.plans.appending("suite-resumes").string
                let mark = "resume-\(UInt32.random(in: 0 ... .max))"
                let command = try Harness.command(
                    ["run", plan, "--kernel", Harness.kernel, "--out", out.string, "--quiet"], mark: mark)
                try await withChild(command, output: { _ in }) { controller in
                    try await Self.waitForTwo(out, guest: "")
                    ProcessTable.signal(try #require(Harness.process("qemu-system-x86_64", mark)), SIGKILL)
                    try await Self.waitForTwo(out, guest: "guest-2")
                    controller.send(SIGKILL)
                    _ = try await controller.waitForEnd()
                }
                try await Harness.wait("nothing is left of it") { Harness.processes(mark).isEmpty }
                let killed = try await Harness.record(of: out)
                #expect(killed.ended == nil)
                #expect(killed.cells.first?.cases.map(\.name) == ["one"])

                let result = try await Harness.run(["run", "--resume", out.string, "--json"])
                #expect(result.status == 0)
                let run = try RunRecord(json: Data(result.output))
                let cell = try #require(run.cells.first)
                #expect(cell.cases.map(\.name) == ["one", "two", "three"])
                #expect(cell.cases.map(\.verdict) == [.pass, .pass, .pass])
                #expect(cell.environment?.notes.contains { $0.contains("two was tried again: QEMU ended") } == true)
                #expect(cell.guests?.count == 3)
                #expect(run.resumed?.count == 1)

                let again = try await Harness.run(["run", "--resume", out.string])
                #expect(again.status == 2)
                #expect(again.errorText.contains("every cell of the run is complete"))
            }
        }

        private static func waitForTwo(_ out: FilePath, guest: String) async throws {
            let console = out.appending("cells/suite-resumes@debian-6.1").appending(guest).appending("console.log")
            try await Harness.wait("the second case has begun", .seconds(240)) {
                (try? String(contentsOfFile: console.string, encoding: .utf8))?.contains("case two") ?? false
            }
        }

        @Test(.timeLimit(.minutes(10))) func endsWhenItsTimeIsOver() async throws {
            try await Harness.runPlan("suite-late") { run, _, result in
                #expect(result.status == 3)
                let cases = try #require(run.cells.first?.cases)
                let verdicts = Dictionary(uniqueKeysWithValues: cases.map { ($0.name, $0.verdict) })
                #expect(verdicts == ["one": .pass, "two": .error, "three": .skip, "after": .skip])
                let last = try #require(cases.first { $0.name == "three" })
                #expect(last.reason == "not run: the step's time of 5.0 seconds is over")
            }
        }

        @Test(.timeLimit(.minutes(10))) func spreadsCasesOverGuests() async throws {
            try await Harness.runPlan("suite-shards") { run, _, result in
                #expect(result.status == 0)
                let cell = try #require(run.cells.first)
                #expect(cell.cases.map(\.name).sorted() == ["a", "b", "c", "d", "expunged", "old-one", "once"])
                let expunged = try #require(cell.cases.first { $0.name == "expunged" })
                #expect(expunged.verdict == .skip)
                #expect(expunged.reason == "expunged: nobody needs it")
                #expect(Set(cell.guests?.compactMap(\.shard) ?? []) == [1, 2])
                #expect(Set(cell.cases.filter { $0.verdict == .pass }.compactMap(\.guest)) == [1, 2])
                #expect(cell.environment?.notes.contains { $0.contains("old-* has expired") } == true)
            }
            try await Harness.runPlan("suite-shards", extra: ["--with-expunged"]) { run, _, result in
                #expect(result.status == 0)
                let expunged = try #require(run.cells.first?.cases.first { $0.name == "expunged" })
                #expect(expunged.verdict == .known)
                #expect(expunged.expunge?.reason == "nobody needs it")
            }
        }
    }
}
