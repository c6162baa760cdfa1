import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Cells that fail: run again, and those behind them left for another time.
    @Suite struct ScheduleTests {
        private static let kernel = "debian:6.12"

        /// A plan that fails the first time and passes ever after: what it leaves in its share stays.
        private func withMoodyPlan(_ body: (FilePath, FilePath) async throws -> Void) async throws {
            try await withScratchDirectory { scratch in
                let plan = scratch.appending("moody")
                try FileManager.default.createDirectory(
                    atPath: plan.appending("state").string, withIntermediateDirectories: true)
                try """
                name: moody
                summary: A plan that fails once
                guest:
                  devices:
                    - virtiofs: {tag: state, share: state}
                steps:
                  - mount: {virtiofs: state, at: /mnt}
                  - run: {name: steady, command: "echo steady"}
                  - run: {name: moody, command: "test -e /mnt/seen || { touch /mnt/seen; echo not yet; exit 1; }"}

                """.write(toFile: plan.appending("plan.yaml").string, atomically: false, encoding: .utf8)
                try await body(plan, scratch.appending("run"))
            }
        }

        @Test(.timeLimit(.minutes(5))) func whatPassesInASecondAttemptIsFlaky() async throws {
            try await withMoodyPlan { plan, out in
                let result = try await Harness.run([
                    "run", plan.string, "--kernel", Self.kernel, "--retry-failed", "3", "--out", out.string, "--json",
                ])
                #expect(result.status == 1, "\(result.errorText)")
                let cell = try #require(try RunRecord(json: Data(result.output)).cells.first)
                #expect(cell.verdict == .flaky)
                #expect(cell.cases.map(\.name) == ["steady", "moody"])
                #expect(cell.cases.map(\.verdict) == [.pass, .flaky])
                #expect(cell.cases[1].reason?.hasPrefix("failed, then passed in attempt 2: ") == true)
                #expect(cell.attempts?.map(\.verdict) == [.fail, .pass])
                for attempt in cell.attempts ?? [] {
                    let console = out.appending(attempt.directory).appending("console.log")
                    #expect(FileManager.default.fileExists(atPath: console.string))
                    for file in attempt.cases.flatMap(\.files) {
                        let path = out.appending(attempt.directory).appending(FilePath(file).components)
                        #expect(FileManager.default.fileExists(atPath: path.string), "\(path)")
                    }
                }
                // What the next of its like is admitted by.
                #expect((cell.peakMemory ?? 0) > 100 << 20)
                #expect((cell.cpuSeconds ?? 0) > 0.5)
                let again = try await Harness.run(["results", "rejudge", out.string])
                #expect(again.text.contains("nothing is judged otherwise: flaky"), "\(again.text)\(again.errorText)")
            }
        }

        /// Stopped by its first failure, gone on with, killed, gone on with: each cell is run once.
        @Test(.timeLimit(.minutes(5))) func whatWasStoppedGoesOnAndRunsNothingTwice() async throws {
            try await withMoodyPlan { plan, out in
                let stopped = try await Harness.run([
                    "run", plan.string, "--kernel", Self.kernel, "--repeat", "3", "--fail-fast", "--out", out.string,
                    "--json",
                ])
                #expect(stopped.status == 1, "\(stopped.errorText)")
                var run = try RunRecord(json: Data(stopped.output))
                #expect(run.cells.map(\.verdict) == [.fail, .skip, .skip])
                #expect(run.interruption == "stopped after 1 failed cell")
                #expect(run.cells[2].reason?.contains("stopped after 1 failed cell") == true)

                let mark = "schedule-\(UInt32.random(in: 0 ... .max))"
                try await withChild(
                    try Harness.command(["run", "--resume", out.string, "--quiet"], mark: mark), output: { _ in }
                ) { controller in
                    try await Harness.wait("the third cell's guest has begun", .seconds(240)) {
                        FileManager.default.fileExists(
                            atPath: out.appending("cells/moody@debian-6.12#3/console.log").string)
                    }
                    controller.send(SIGKILL)
                    _ = try await controller.waitForEnd()
                }
                try await Harness.wait("nothing is left of it") { Harness.processes(mark).isEmpty }
                run = try await Harness.record(of: out)
                #expect(run.ended == nil)
                #expect(run.cells.map(\.isComplete) == [true, true, nil])
                #expect(run.cells[1].verdict == .pass)

                let result = try await Harness.run(["run", "--resume", out.string, "--json"])
                #expect(result.status == 1, "\(result.errorText)")
                run = try RunRecord(json: Data(result.output))
                #expect(run.cells.map(\.verdict) == [.fail, .pass, .pass])
                #expect(run.cells.map { $0.guests?.count } == [1, 1, 2])
                #expect(run.interruption == nil)
                // The whole is in one document now.
                #expect(
                    !FileManager.default.fileExists(atPath: out.appending("\(run.cells[1].directory)/cell.json").string)
                )
            }
        }
    }
}
