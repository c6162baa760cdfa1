import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// What `vmharness run` leaves in the results database. The plan is skipped on the kernel, so no guest is needed.
    @Suite struct ResultsTests {
        @Test func aRunThatEndedIsInTheResults() async throws {
            try await withSkippedRun { scratch, run in
                let data = scratch.appending("data")
                let result = try await run(data)
                #expect(result.status == 0, "\(result.errorText)")
                #expect(!result.errorText.contains("warning"))
                let record = try RunRecord(json: Data(result.output))

                func results(_ arguments: [String]) async throws -> CommandResult {
                    try await Harness.command(["results"] + arguments, data: data).run(timeout: .seconds(60))
                }
                #expect(try await results(["list"]).text.contains(record.id))
                #expect(try await results(["show", "\(scratch)/run"]).text.contains("run \(record.id): SKIP"))
                #expect(try await results(["show", record.id]).text.contains("requires"))
                #expect(try await results(["history", "sample/requires"]).text.contains("CONFIG_PROVE_LOCKING"))
                #expect(try await results(["expunges", "\(scratch)/sample"]).text == "sample has no expunges\n")
            }
        }

        @Test func aStoreThatCannotBeWrittenIsAWarningAndNoLostRun() async throws {
            try await withSkippedRun { scratch, run in
                let result = try await run("/dev/null")
                #expect(result.status == 0)
                #expect(result.errorText.contains("warning: the run is not in the results database"))
                #expect(result.errorText.contains("results rebuild \(scratch)/run"), "\(result.errorText)")
                #expect(throws: Never.self) { try RunRecord(json: Data(result.output)) }

                let data = scratch.appending("data")
                let rebuild = try await Harness.command(["results", "rebuild", "\(scratch)/run"], data: data).run()
                #expect(rebuild.text == "1 recorded\n")
            }
        }

        private func withSkippedRun(
            _ body: (FilePath, (FilePath) async throws -> CommandResult) async throws -> Void
        ) async throws {
            try await withScratchDirectory { scratch in
                let plan = scratch.appending("sample").string
                try FileManager.default.createDirectory(atPath: plan, withIntermediateDirectories: false)
                try """
                name: sample
                summary: A plan that is skipped
                requires:
                  config: [CONFIG_PROVE_LOCKING=y]
                  otherwise: skip
                steps:
                  - run: {command: [uname]}

                """.write(toFile: plan + "/plan.yaml", atomically: false, encoding: .utf8)
                try await body(scratch) { data in
                    try await Harness.command(
                        ["run", plan, "--kernel", Harness.kernel, "--json", "--quiet", "--out", "\(scratch)/run"],
                        data: data
                    ).run(timeout: .seconds(120))
                }
            }
        }
    }
}
