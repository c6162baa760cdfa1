import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Two kernels compared, and the place found where one begins to fail.
    @Suite struct ABAndBisectTests {
        /// Makes a plan that fails where `uname -r` begins so.
        private func plan(in scratch: FilePath, failingOn releases: String, requires: String = "") throws -> String {
            let directory = scratch.appending("by-release").string
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
            try """
            name: by-release
            summary: Fails on some kernels
            \(requires)
            steps:
              - run: {name: release, command: "case $(uname -r) in \(releases)) exit 1;; esac"}

            """.write(toFile: directory + "/plan.yaml", atomically: false, encoding: .utf8)
            return directory
        }

        private static let unmet = "requires: {config: [CONFIG_PROVE_LOCKING=y], otherwise: skip}"

        private func object(_ result: CommandResult) throws -> [String: Any] {
            let json = try? JSONSerialization.jsonObject(with: Data(result.output))
            return try #require(json as? [String: Any], "\(result.errorText)")
        }

        @Test(.timeLimit(.minutes(10))) func abStopsOnceItIsDecided() async throws {
            try await withScratchDirectory { scratch in
                let plan = try plan(in: scratch, failingOn: "6.1.*")
                // Two pairs are enough for that little confidence.
                let result = try await Harness.run([
                    "ab", plan, "--kernel", "debian:6.12", "--kernel", "debian:6.1", "--confidence", "0.6", "--json",
                    "--out", "\(scratch)/run",
                ])
                #expect(result.status == 0, "\(result.errorText)")
                let answer = try object(result)
                #expect(answer["decision"] as? String == "b-worse")
                #expect(answer["pairs"] as? Int == 2)
                let b = try #require(answer["b"] as? [String: Any])
                #expect(b["failed"] as? Int == 2 && b["judged"] as? Int == 2)
                let record = try RunRecord(json: Data(contentsOf: URL(filePath: "\(scratch)/run/run.json")))
                let order = ["debian-6.12#1", "debian-6.1#1", "debian-6.1#2", "debian-6.12#2"].map {
                    "by-release@\($0)"
                }
                #expect(record.cells.map(\.id) == order)
                // What was not needed is not asked for any more.
                #expect(record.asked?.map(\.id) == order)
                #expect(record.answer?.contains("B (debian:6.1) fails more often than A (debian:6.12)") == true)
            }
        }

        /// No guest is needed to be skipped.
        @Test func abOfWhatGivesNoVerdictEndsWithoutAnAnswer() async throws {
            try await withScratchDirectory { scratch in
                let plan = try plan(in: scratch, failingOn: "6.1.*", requires: Self.unmet)
                let result = try await Harness.run([
                    "ab", plan, "--kernel", "debian:6.12", "--kernel", "debian:6.1", "--json", "--quiet", "--out",
                    "\(scratch)/run",
                ])
                #expect(result.status == 3)
                #expect(try object(result)["decision"] as? String == "unanswered")
                let record = try RunRecord(json: Data(contentsOf: URL(filePath: "\(scratch)/run/run.json")))
                #expect(record.cells.count < 10)
                let same = try await Harness.run(["ab", plan, "--kernel", "debian:6.1", "--kernel", "debian:6.1"])
                #expect(same.status == 2 && same.errorText.contains("both sides are the same"))
            }
        }

        @Test(.timeLimit(.minutes(10))) func bisectFindsTheFirstThatPassesAlsoAfterItWasKilled() async throws {
            try await withScratchDirectory { scratch in
                let plan = try plan(in: scratch, failingOn: "5.*|6.1.*")
                let out = scratch.appending("run")
                let mark = "m\(UInt32.random(in: 0 ... .max))"
                let command = try Harness.command(
                    [
                        "bisect", plan, "--good", "debian:7.2", "--bad", "debian:5.10", "--kernel", "debian:6.12",
                        "--kernel", "debian:6.1", "--out", out.string,
                    ], mark: mark)
                try await withChild(command) { controller in
                    try await Harness.wait("the second kernel is being run", .seconds(300)) {
                        FileManager.default.fileExists(atPath: "\(out)/cells/by-release@debian-5.10#1/console.log")
                    }
                    controller.send(SIGKILL)
                    try await controller.waitForEnd()
                }
                try await Harness.wait("nothing is left of it") { Harness.processes(mark).isEmpty }
                func record() throws -> RunRecord {
                    try RunRecord(json: Data(contentsOf: URL(filePath: "\(out)/run.json")))
                }
                let before = try #require(try record().cells.first)
                #expect(before.id == "by-release@debian-7.2#1" && before.verdict == .pass)

                let result = try await Harness.run(["bisect", "--resume", out.string, "--json"])
                #expect(result.status == 0, "\(result.errorText)")
                let answer = try object(result)
                #expect(answer["answer"] as? String == "found")
                #expect(answer["good"] as? String == "debian:6.12")
                #expect(answer["bad"] as? String == "debian:6.1")
                let kernels = try #require(answer["kernels"] as? [[String: Any]])
                #expect(kernels.map { $0["standing"] as? String } == ["good", "good", "bad", "bad"])
                #expect(try record().cells.first == before)
                #expect(try record().cells.count == 4)
            }
        }

        @Test func whatBisectWouldLookAtIsListed() async throws {
            let result = try await Harness.run([
                "bisect", "virtiofs-kvec", "--good", "debian:6.12", "--bad", "debian:6.1", "--among", "cached",
                "--list", "--json",
            ])
            #expect(result.status == 0, "\(result.errorText)")
            let kernels = try #require(
                try JSONSerialization.jsonObject(with: Data(result.output)) as? [[String: Any]])
            #expect(kernels.first?["name"] as? String == "debian:6.12")
            #expect(kernels.last?["name"] as? String == "debian:6.1")
            let tree = try await Harness.run([
                "bisect", "virtiofs-kvec", "--good", "debian:6.12", "--bad", "build:/nowhere",
            ])
            #expect(tree.status == 2 && tree.errorText.contains("bisect-step"))
        }

        /// A repository whose commits say which kernel they "build".
        @Test(
            .enabled("git is not installed") { FileManager.default.isExecutableFile(atPath: "/usr/bin/git") },
            .timeLimit(.minutes(10)))
        func gitFindsTheCommit() async throws {
            try await withScratchDirectory { scratch in
                let plan = try plan(in: scratch, failingOn: "6.1.*")
                let tree = scratch.appending("tree")
                try FileManager.default.createDirectory(atPath: tree.string, withIntermediateDirectories: false)
                func git(_ arguments: [String]) async throws -> CommandResult {
                    let words = ["-c", "user.name=t", "-c", "user.email=t@t.invalid", "-c", "commit.gpgsign=false"]
                    return try await Command(
                        "git", words + arguments, environment: ["GIT_CONFIG_GLOBAL": "/dev/null"],
                        workingDirectory: tree
                    ).check(timeout: .seconds(300))
                }
                _ = try await git(["init", "-q"])
                for (number, kernel) in ["6.12", "broken", "6.12", "6.1", "6.1"].enumerated() {
                    try "\(kernel) \(number)\n".write(
                        toFile: "\(tree)/kernel", atomically: false, encoding: .utf8)
                    _ = try await git(["add", "kernel"])
                    _ = try await git(["commit", "-q", "-m", "commit \(number)"])
                }
                let step = try Harness.command([
                    "bisect-step", plan, "--quiet", "--data", Harness.root.string,
                ])
                try """
                #!/bin/sh
                read -r kernel number <kernel
                [ "$kernel" = broken ] && exit 125
                XDG_STATE_HOME=\(scratch)/state XDG_DATA_HOME=\(scratch)/data exec \(step) --kernel "debian:$kernel"

                """.write(toFile: "\(scratch)/step.sh", atomically: false, encoding: .utf8)
                _ = try await git(["bisect", "start", "HEAD", "HEAD~4"])
                let result = try await git(["bisect", "run", "sh", "\(scratch)/step.sh"])
                let said = result.text.split(separator: "\n")
                #expect(said.contains { $0.hasSuffix("is the first bad commit") }, "\(result.transcript)")
                let subject = try await git(["show", "-s", "--format=%s", "refs/bisect/bad"])
                #expect(subject.text == "commit 3\n", "\(result.transcript)")
            }
        }

        /// What is no verdict must not look like one to git: 1 to 124 are bad to it.
        @Test func whatIsNoVerdictIsNoneForGit() async throws {
            try await withScratchDirectory { scratch in
                let plan = try plan(in: scratch, failingOn: "6.1.*", requires: Self.unmet)
                let skipped = ["bisect-step", plan, "--kernel", "debian:6.1", "--quiet", "--out", "\(scratch)/run"]
                #expect(try await Harness.run(skipped).status == 125)
                for wrong in [
                    ["--kernel", "debian:6.1", "--nonsense"], ["--kernel", "build:/nowhere"], ["--kernel", "x"],
                ] {
                    #expect(try await Harness.run(["bisect-step", plan] + wrong).status == 129)
                }
                #expect(try await Harness.run(["bisect-step", "no-such-plan", "--kernel", "debian:6.1"]).status == 129)
            }
        }

        /// A commit for which the plan's module does not compile is left out; a request that is wrong whatever the
        /// commit ends the bisection.
        @Test(.timeLimit(.minutes(5))) func whatDoesNotCompileIsSkippedByGit() async throws {
            try await withScratchDirectory { scratch in
                let plan = try plan(in: scratch, failingOn: "6.1.*")
                try """
                name: by-release
                summary: Its module compiles for no kernel
                steps:
                  - module.build: {source: module, at: /opt/module}

                """.write(toFile: plan + "/plan.yaml", atomically: false, encoding: .utf8)
                try FileManager.default.createDirectory(atPath: plan + "/module", withIntermediateDirectories: false)
                for (name, text) in [("Makefile", "obj-m := m.o\n"), ("m.c", "#error not for this kernel\n")] {
                    try text.write(toFile: "\(plan)/module/\(name)", atomically: false, encoding: .utf8)
                }
                let step = ["bisect-step", plan, "--kernel", "debian:6.12", "--quiet", "--out", "\(scratch)/run"]
                let result = try await Harness.run(step)
                #expect(result.status == 125, "\(result.errorText)")
                #expect(result.text.contains("not for this kernel"))
                let libvirt = try await Harness.run(step + ["--backend", "libvirt", "--connect", "nonsense://"])
                #expect(libvirt.status == 129, "\(libvirt.text)")
            }
        }

        /// What would be left unheard is refused.
        @Test func resumeRefusesWhatItDoesNotTake() async throws {
            for (command, options) in [
                ("ab", ["--max", "3"]), ("ab", ["--accel", "tcg"]), ("ab", ["--finding", "x"]),
                ("bisect", ["--repeats", "2"]), ("bisect", ["--among", "newest"]), ("bisect", ["--start", "cold"]),
            ] {
                let result = try await Harness.run([command, "--resume", "last"] + options)
                #expect(result.status == 2 && result.errorText.contains("goes on as the run was begun"), "\(options)")
            }
        }
    }
}
