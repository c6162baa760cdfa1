import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Bad input is refused before a guest starts, with its place and what to do.
    @Suite struct RefusalTests {
        @Test(arguments: [
            (["run", "virtiofs-kvek"], "virtiofs-kvec"),
            (["run", "virtiofs-kvec", "--kernel", "debian:6.1+clout"], "cloud"),
            (["run", "virtiofs-kvec", "--kernel", "debain:6.1"], "debian"),
            (["run", "virtiofs-kvec", "--kernel", "debian:6.77"], "6.77"),
            (["run", "virtiofs-kvec", "--set", "sizze=1MiB"], "size"),
            (["run", "virtiofs-kvec", "--set", "size=10MB"], "10MiB"),
            (["run"], "plan"),
            (["run", "virtiofs-kvec", "--jobs", "0"], "--jobs"),
            (["run", "virtiofs-kvec", "--keep-failed"], "needs a terminal"),
            (["run", "virtiofs-kvec", "--out", ""], "--out"),
            (["run", "virtiofs-kvec", "--kernel", "debian:6.1", "--out", "/dev/null/x"], "Not a directory"),
            (["run", "virtiofs-kvec", "--kernel", "file:/no/such/kernel,modules=/tmp"], "/no/such/kernel"),
            (["plan", "check", "/no/such/plan"], "/no/such/plan"),
            (["log", "parse", "/no/such/log"], "/no/such/log"),
            (["log", "parse", "/tmp"], "Is a directory"),
        ])
        func namesWhatIsWrong(arguments: [String], hint: String) async throws {
            let result = try await Harness.run(arguments)
            #expect(result.status == 2, "\(result.errorText)")
            #expect(result.errorText.contains(hint), "\(result.errorText)")
            #expect(result.text.isEmpty)
        }

        @Test(arguments: [">&-", "2>&-", "| head -0", ">/dev/full"])
        func aClosedOutputIsNoCrash(redirection: String) async throws {
            let binary = try Harness.binary
            let result = try await Command(
                "bash", ["-c", "set -o pipefail; \(binary) --help \(redirection)"]
            ).run()
            // 132 and more would be a signal.
            #expect(result.status == (redirection == ">/dev/full" || redirection == ">&-" ? 3 : 0))
        }

        @Test func aModuleThatTheKernelLacksIsRefusedWithItsPlace() async throws {
            try await withPlan(
                """
                steps:
                  - module.insert: {module: dumy}
                """
            ) { plan in
                let result = try await Harness.run(["run", plan.string, "--kernel", Harness.kernel])
                #expect(result.status == 2)
                #expect(result.errorText.contains("plan.yaml:4:"), "\(result.errorText)")
                #expect(result.errorText.contains("did you mean 'dummy'?"), "\(result.errorText)")
            }
        }

        @Test func aConfigurationThatTheKernelLacksIsRefused() async throws {
            try await withPlan(
                """
                requires:
                  config: [CONFIG_PROVE_LOCKING=y]
                steps:
                  - run: {command: [uname]}
                """
            ) { plan in
                let result = try await Harness.run(["run", plan.string, "--kernel", Harness.kernel])
                #expect(result.status == 2)
                #expect(result.errorText.contains("CONFIG_PROVE_LOCKING=n"), "\(result.errorText)")
            }
        }

        @Test func aPlanMayHaveSuchAKernelSkipped() async throws {
            try await withPlan(
                """
                requires: {config: [CONFIG_PROVE_LOCKING=y], otherwise: skip}
                steps:
                  - run: {command: [uname]}
                """
            ) { plan in
                try await withScratchDirectory { scratch in
                    let result = try await Harness.run(
                        [
                            "run", plan.string, "--kernel", Harness.kernel, "--json", "--out",
                            scratch.appending("run").string,
                        ])
                    #expect(result.status == 0)
                    let cell = try #require(try RunRecord(json: Data(result.output)).cells.first)
                    #expect(cell.verdict == .skip)
                    #expect(cell.reason?.contains("CONFIG_PROVE_LOCKING=n, not y") == true)
                }
            }
        }

        @Test func nothingIsOverwritten() async throws {
            try await withScratchDirectory { out in
                let file = out.appending("run.json")
                try "{}".write(toFile: file.string, atomically: false, encoding: .utf8)
                let result = try await Harness.run(
                    [
                        "run", Harness.plans.appending("status").string, "--kernel", Harness.kernel, "--out",
                        out.string,
                    ])
                #expect(result.status == 2)
                #expect(result.errorText.contains("holds a run already"))
                #expect(try String(contentsOfFile: file.string, encoding: .utf8) == "{}")
            }
        }

        private func withPlan(_ rest: String, _ body: (FilePath) async throws -> Void) async throws {
            try await withScratchDirectory { scratch in
                let directory = scratch.appending("sample")
                try FileManager.default.createDirectory(
                    atPath: directory.string, withIntermediateDirectories: false)
                try "name: sample\nsummary: A plan to refuse\n\(rest)\n".write(
                    toFile: directory.appending("plan.yaml").string, atomically: false, encoding: .utf8)
                try await body(directory)
            }
        }
    }
}
