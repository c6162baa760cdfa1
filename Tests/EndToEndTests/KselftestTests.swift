import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Selftests of an installed tree that these tests make themselves.
    @Suite struct KselftestTests {
        private static let files = [
            "run_kselftest.sh": "#!/bin/sh\n",
            "kselftest-list.txt":
                "demo:nested.sh\ndemo:skips.sh\ndemo:crashes.sh\ndemo:writes.sh\ndemo:absent\ndemo:left_out.sh\n",
            "demo/settings": "timeout=7\n",
            "demo/nested.sh": """
            #!/bin/sh
            echo "TAP version 13"
            echo "1..2"
            echo "# TAP version 13"
            echo "# 1..1"
            echo "# # expected 1, got 2"
            echo "# not ok 1 inner"
            echo "not ok 1 outer"
            echo "ok 2 other"
            exit 1

            """,
            "demo/skips.sh": "#!/bin/sh\necho no such device; exit 4\n",
            "demo/crashes.sh": "#!/bin/sh\necho what it said before; echo c >/proc/sysrq-trigger\n",
            // Not executable, and leaves a file beside itself.
            "demo/writes.sh": "#!/bin/sh\nset -e\necho words >left\ncat left ../demo/settings\n",
            "demo/left_out.sh": "#!/bin/sh\nexit 1\n",
        ]

        private func withTree(_ body: (_ tree: FilePath, _ scratch: FilePath) async throws -> Void) async throws {
            try await withScratchDirectory { scratch in
                let tree = scratch.appending("kselftest_install")
                for (name, text) in Self.files {
                    let path = tree.appending(name)
                    try FileManager.default.createDirectory(
                        atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
                    try text.write(toFile: path.string, atomically: false, encoding: .utf8)
                    let mode = name == "demo/writes.sh" || !name.hasSuffix(".sh") ? 0o644 : 0o755
                    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path.string)
                }
                try await body(tree, scratch)
            }
        }

        private func plan(_ step: String, in scratch: FilePath) throws -> String {
            let directory = scratch.appending("selftests")
            try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
            let text = "name: selftests\nsummary: Selftests of a tree of our own\nsteps:\n  - kselftest: {\(step)}\n"
            try text.write(toFile: directory.appending("plan.yaml").string, atomically: false, encoding: .utf8)
            return directory.string
        }

        @Test(.timeLimit(.minutes(10))) func runsAnInstalledTree() async throws {
            try await withTree { tree, scratch in
                let plan = try plan("tree: \(tree), exclude: [\"demo:left_out.sh\"]", in: scratch)
                let out = scratch.appending("run")
                let result = try await Harness.run(
                    ["run", plan, "--kernel", Harness.kernel, "--json", "--out", out.string])
                let run = try #require(try? RunRecord(json: Data(result.output)), "\(result.errorText)")
                let cell = try #require(run.cells.first)
                let verdicts = Dictionary(cell.cases.map { ($0.name, $0.verdict) }) { first, _ in first }
                #expect(
                    verdicts == [
                        "demo:nested.sh": .fail, "demo:nested.sh/outer/inner": .fail, "demo:nested.sh/outer": .fail,
                        "demo:nested.sh/other": .pass, "demo:skips.sh": .skip, "demo:crashes.sh": .fail,
                        "demo:writes.sh": .pass,
                        "demo:absent": .error, "demo:left_out.sh": .skip,
                    ])
                let cases = Dictionary(uniqueKeysWithValues: cell.cases.map { ($0.name, $0) })
                #expect(cases["demo:skips.sh"]?.reason == "no such device")
                // That of the case which took its guest along comes from the results disk.
                for (name, text) in [
                    ("demo:writes.sh", "words\ntimeout=7\n"), ("demo:crashes.sh", "what it said before\n"),
                ] {
                    let log = try #require(cases[name]?.files.first { $0.hasSuffix("\(name).log") })
                    let path = out.appending(cell.directory).appending(FilePath(log).components)
                    #expect(try String(contentsOfFile: path.string, encoding: .utf8) == text)
                }
                #expect(cell.guests?.count == 2)
                // The user's tree is as it was.
                #expect(!FileManager.default.fileExists(atPath: tree.appending("demo/left").string))
            }
        }

        @Test(.timeLimit(.minutes(5))) func refusesBeforeAnyGuest() async throws {
            try await withTree { tree, scratch in
                let unknown = try plan("tree: \(tree), collections: [demos]", in: scratch)
                let result = try await Harness.run(["run", unknown, "--kernel", Harness.kernel])
                #expect(result.status == 2)
                #expect(result.errorText.contains("did you mean 'demo'?"))
                let sources = try plan("tree: \(tree.appending("demo"))", in: scratch)
                let other = try await Harness.run(["run", sources, "--kernel", Harness.kernel])
                #expect(other.status == 2)
                #expect(other.errorText.contains("no tree of kernel selftests"))
            }
        }
    }
}
