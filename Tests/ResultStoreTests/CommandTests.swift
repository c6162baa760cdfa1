import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

@testable import ResultStore

/// `vmharness results`, as a user calls it, with data and state of its own.
@Suite struct CommandTests {
    private let cell = Samples.cell([
        CaseRecord(name: "boot", verdict: .pass, seconds: 1),
        CaseRecord(name: "module.insert", verdict: .fail, reason: "it\u{1b}[31m hung", seconds: 30, files: ["a.txt"]),
    ])

    private func vmharness(_ arguments: [String], in scratch: FilePath) async throws -> CommandResult {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return try await Command(
            FilePath(own).removingLastComponent().appending("vmharness").string, ["results"] + arguments,
            environment: [
                "XDG_DATA_HOME": scratch.appending("data").string, "XDG_STATE_HOME": scratch.appending("state").string,
            ]
        ).run(timeout: .seconds(60))
    }

    /// The first three runs lie where runs go by default.
    private func withRuns(_ body: (FilePath) async throws -> Void) async throws {
        try await withScratchDirectory { scratch in
            for minute in 0..<3 {
                try Samples.save(Samples.run(minute, [cell]), in: scratch.appending("state/vmharness/runs"))
            }
            try await body(scratch)
        }
    }

    @Test("processes that write at once lose nothing, from the first database on")
    func writersAtOnce() async throws {
        try await withScratchDirectory { scratch in
            for writer in 0..<4 {
                for minute in 0..<10 {
                    try Samples.save(
                        Samples.run(writer * 10 + minute, [cell]), in: scratch.appending("runs-\(writer)"))
                }
            }
            let results = try await withThrowingTaskGroup(of: CommandResult.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        try await vmharness(["rebuild", scratch.appending("runs-\(writer)").string], in: scratch)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.map(\.status) == [0, 0, 0, 0], "\(results.map(\.errorText))")
            let store = try ResultStore.open(scratch.appending("data/vmharness/results.sqlite"))
            #expect(try store.runs(limit: 99).count == 40)
            #expect(try store.history(plan: "p", case: "boot", limit: 99).count == 40)
        }
    }

    @Test("each command prints exactly one JSON document when asked")
    func documents() async throws {
        try await withRuns { scratch in
            for arguments in [
                ["list"], ["rebuild"], ["list"], ["show", "last"], ["history", "p"], ["history", "p/boot"],
                ["history", "p", "--findings"], ["flaky"], ["compare"],
            ] {
                let result = try await vmharness(arguments + ["--json"], in: scratch)
                #expect(result.status == 0, "\(result.errorText)")
                #expect(throws: Never.self, "\(arguments)") {
                    try JSONSerialization.jsonObject(with: Data(result.output))
                }
            }
        }
    }

    @Test("people see what failed, where its files are, and no control characters of guests")
    func words() async throws {
        try await withRuns { scratch in
            #expect(try await vmharness(["rebuild"], in: scratch).text.contains("3 recorded"))
            let list = try await vmharness(["list", "--limit", "2"], in: scratch).text
            #expect(list.split(separator: "\n").count == 3)
            #expect(list.contains("1 pass, 1 fail"))
            let show = try await vmharness(["show", "last"], in: scratch).text
            #expect(show.contains("cells/x/a.txt"))
            #expect(show.contains("6.12.95"))
            let history = try await vmharness(["history", "p/module.insert"], in: scratch).text
            #expect(history.split(separator: "\n").count == 4)
            for text in [show, history] { #expect(!text.contains("\u{1b}") && text.contains("\\u{1b}")) }
        }
    }

    @Test("a comparison says what is new, and ends with 1 for it")
    func compare() async throws {
        try await withRuns { scratch in
            var broken = cell
            broken.cases[0] = CaseRecord(
                name: "boot", step: 1, verdict: .fail, reason: "no", seconds: 1, findings: [try Samples.warning()])
            try Samples.save(Samples.run(5, [broken]), in: scratch.appending("elsewhere"))
            _ = try await vmharness(["rebuild"], in: scratch)
            let same = try await vmharness(["compare"], in: scratch)
            #expect(same.status == 0, "\(same.errorText)")
            #expect(same.text.contains("1 still failing, 1 as before"))
            // A run that the store does not know is read from its file.
            let path = scratch.appending("elsewhere").appending(Samples.run(5, []).id).string
            let worse = try await vmharness(["compare", "latest", path], in: scratch)
            #expect(worse.status == 1)
            #expect(
                worse.text.contains("NEW FAILURES\n  WARNING in __alloc_pages\n    p/boot on debian:6.12, pass → fail"))
            #expect(try await vmharness(["compare", path, "latest"], in: scratch).text.contains("1 fixed"))
        }
    }

    @Test(
        "a run is exported in every format, to a file too", arguments: ["junit", "ktap", "kcidb", "markdown", "html"])
    func export(format: String) async throws {
        try await withRuns { scratch in
            let printed = try await vmharness(["export", "latest", "--format", format], in: scratch)
            #expect(printed.status == 0, "\(printed.errorText)")
            #expect(!printed.text.contains("\u{1b}"))
            let file = scratch.appending("report").string
            let written = try await vmharness(["export", "latest", "--format", format, "--out", file], in: scratch)
            #expect(written.status == 0 && written.text.isEmpty)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == printed.text)
            let refused = try await vmharness(
                ["export", "latest", "--format", format, "--out", "/no/such/file"], in: scratch)
            #expect(refused.status == 3)
        }
    }

    @Test("evidence that is gone cannot be judged again")
    func nothingToRejudge() async throws {
        try await withRuns { scratch in
            _ = try await vmharness(["rebuild"], in: scratch)
            try FileManager.default.removeItem(atPath: scratch.appending("state").string)
            let result = try await vmharness(["rejudge", "latest"], in: scratch)
            #expect(result.status == 2)
            #expect(result.errorText.contains("the run's files are gone"))
        }
    }

    @Test(
        "what is not there is refused with the nearest spelling",
        arguments: [
            (["show", "20261121-120000-1001"], "did you mean '20261121-120100-1001'?"),
            (["history", "pp"], "did you mean 'p'?"),
            (["history", "p/module.isnert"], "did you mean 'module.insert'?"),
            (["history", ""], "Name a plan"), (["list", "--limit", "0"], "--limit"),
            (["compare", "nothing"], "there is no such run"), (["flaky", "--plan", "pp"], "did you mean 'p'?"),
            (["list", "--plan", "other"], "no run of this plan"), (["rebuild", "/no/such"], "/no/such"),
        ])
    func refusals(arguments: [String], hint: String) async throws {
        try await withRuns { scratch in
            _ = try await vmharness(["rebuild"], in: scratch)
            let result = try await vmharness(arguments, in: scratch)
            #expect(result.status == 2, "\(result.errorText)")
            #expect(result.errorText.contains(hint), "\(result.errorText)")
            #expect(result.text.isEmpty)
        }
    }
}
