import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing
import Yams

/// The recipes for CI systems and the scripts that they call. No guest is started.
@Suite struct RecipeTests {
    private static let folder = Harness.root.appending("ci")
    private static let recipes = ["github.yaml", "gitlab.yaml"]
    private static let scripts: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).filter { $0.hasSuffix(".sh") }
        .sorted()

    private static func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.appending(name).string, encoding: .utf8)
    }

    // MARK: What they call

    /// What a recipe has a shell do, job by job.
    private static func commands(_ recipe: String) throws -> [String] {
        let document = try #require(try Yams.load(yaml: text(recipe)) as? [String: Any])
        let jobs = (document["jobs"] as? [String: Any] ?? document).values.compactMap { $0 as? [String: Any] }
        return jobs.flatMap { job -> [String] in
            let steps = (job["steps"] as? [[String: Any]] ?? []).compactMap { $0["run"] as? String }
            return steps
                + ["before_script", "script", "after_script"].flatMap { job[$0] as? [String] ?? [] }
        }
    }

    @Test(arguments: recipes)
    func aRecipeCallsWhatIsThere(recipe: String) throws {
        let called = try Self.commands(recipe).filter { $0.hasPrefix("ci/") }
        #expect(called.count >= 5, "\(called)")
        for command in called {
            let script = String(command.prefix { $0 != " " })
            #expect(access(Harness.root.appending(script).string, X_OK) == 0, "\(recipe): \(command)")
        }
    }

    @Test(arguments: scripts)
    func aScriptIsOne(script: String) async throws {
        let shell = try Self.text(script).hasPrefix("#!/bin/bash") ? "bash" : "sh"
        let result = try await Command(shell, ["-n", Self.folder.appending(script).string]).run(timeout: .seconds(30))
        #expect(result.status == 0, "\(result.errorText)")
    }

    /// One command of vmharness as its parser describes itself.
    private struct Described: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                var name: String
            }
            var kind: String
            var names: [Name]?
            var allValues: [String]?
        }
        var commandName: String
        var subcommands: [Described]?
        var arguments: [Argument]?
    }

    @Test func vmharnessKnowsEachCommandLine() async throws {
        struct Dump: Decodable { var command: Described }
        let dump = try await Harness.run(["--experimental-dump-help"], timeout: .seconds(60))
        let root = try JSONDecoder().decode(Dump.self, from: Data(dump.output)).command
        var lines: [String] = []
        for script in Self.scripts {
            let found = Self.commandLines(try Self.text(script)).map { "\(script): \($0)" }
            lines += found
        }
        #expect(lines.count >= 15, "\(lines)")
        for line in lines {
            let problem = Self.problem(line.split(separator: " ").dropFirst().map(String.init), root)
            #expect(problem == nil, "\(line): \(problem ?? "")")
        }
    }

    /// A reader that finds no mistake would find none anywhere.
    @Test(arguments: [
        ("matrx f", "matrx"), ("results export r --fromat html", "--fromat"), ("results export r --format pdf", "pdf"),
        ("results export r --out x --format html", nil),
    ])
    func aMistakeInACommandLineIsSeen(line: String, problem: String?) async throws {
        struct Dump: Decodable { var command: Described }
        let dump = try await Harness.run(["--experimental-dump-help"], timeout: .seconds(60))
        let root = try JSONDecoder().decode(Dump.self, from: Data(dump.output)).command
        #expect(Self.problem(line.split(separator: " ").map(String.init), root) == problem)
    }

    /// The words after `"$vmharness"` in a script, up to the end of the command.
    private static func commandLines(_ script: String) -> [String] {
        let joined = script.replacing("\\\n", with: " ")
        return joined.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }.flatMap { line in
            line.matches(of: /"\$vmharness" ([a-z][^|>;&)`]*)/).map { match in
                match.output.1.replacing(/\$\{[^}]*--shard[^}]*\}/, with: "--shard 1/2")
                    .split(separator: " ").joined(separator: " ")
            }
        }
    }

    /// The first word that the command does not know; nil if it knows all. What the shell puts in is taken for granted.
    private static func problem(_ words: [String], _ root: Described) -> String? {
        var command = root
        var rest = words[...]
        while let subcommands = command.subcommands, !subcommands.isEmpty, let word = rest.first,
            word.first?.isLetter == true
        {
            guard let next = subcommands.first(where: { $0.commandName == word }) else { return word }
            command = next
            rest.removeFirst()
        }
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else { continue }
            let name = word.dropFirst(2)
            guard let argument = command.arguments?.first(where: { $0.names?.contains { $0.name == name } == true })
            else { return word }
            guard argument.kind == "option" else { continue }
            guard let value = rest.popFirst() else { return word }
            let isShells = value.contains("$")
            if let values = argument.allValues, !isShells, !values.contains(value) { return value }
        }
        return nil
    }

    // MARK: The cache

    /// A stand-in that has an image, and a matrix if it is told so, but not each kernel.
    @Test func preparingSaysWhatIsMissing() async throws {
        try await withScratchDirectory { scratch in
            let program = scratch.appending("vmharness").string
            try """
            #!/bin/sh
            case "$1 $2" in
                "matrix "*) [ -n "$KERNELS" ] || exit 2
                    for kernel in $KERNELS; do cells="$cells${cells:+, }{\\"kernel\\": \\"$kernel\\"}"; done
                    echo "[$cells]" ;;
                "kernel add") [ "$3" != nowhere ] || exit 2; echo "$3" >>"\(scratch)/added" ;;
            esac
            """.write(toFile: program, atomically: false, encoding: .utf8)
            chmod(program, 0o755)
            func prepare(_ kernels: String) async throws -> CommandResult {
                // No cache is there, either.
                try await Command(
                    Self.folder.appending("prepare.sh").string, ["ci/matrix.yaml"],
                    environment: [
                        "VMHARNESS": program, "CI_STATE": scratch.appending("state").string, "KERNELS": kernels,
                    ]
                ).run(timeout: .seconds(60))
            }
            #expect(try await prepare("").status == 2)
            let missing = try await prepare("b nowhere a")
            #expect(missing.status == 4 && missing.errorText.contains("prepare: without nowhere"))
            let added = try String(contentsOfFile: scratch.appending("added").string, encoding: .utf8)
            #expect(added == "a\nb\n")
            let whole = try await prepare("a")
            #expect(whole.status == 0 && whole.errorText.isEmpty, "\(whole.errorText)")
            #expect(whole.text.contains("trim: 0 MB in the cache"))
        }
    }

    // MARK: When a job fails

    /// What a run came to, and what the script makes of it.
    struct Outcome: Sendable, CustomTestStringConvertible {
        /// The titles of what failed; nil for our side's error.
        var failures: [String]?
        /// What is expected of the cell that `failures` are of.
        var expected: CellExpectation.Outcome?
        /// Another cell that our side broke.
        var hasBroken = false
        var isInterrupted = false
        /// The status with `CI_FAIL_ON=any` and `new`.
        var any: Int32
        var new: Int32
        var testDescription: String { "\(failures ?? ["error"])" }
    }

    /// One after the other, as a CI would see them.
    private static let outcomes: [Outcome] = [
        Outcome(failures: ["WARNING in a"], any: 1, new: 1),
        Outcome(failures: ["WARNING in a"], any: 1, new: 0),
        Outcome(failures: ["WARNING in a", "WARNING in b"], any: 1, new: 1),
        Outcome(failures: [], any: 0, new: 0),
        Outcome(failures: nil, any: 3, new: 3),
        // Nothing is excused because something else has failed before.
        Outcome(failures: ["WARNING in a"], any: 1, new: 1),
        Outcome(failures: ["WARNING in a"], hasBroken: true, any: 1, new: 3),
        Outcome(failures: ["WARNING in a"], isInterrupted: true, any: 1, new: 3),
        // A failure that must come and does not.
        Outcome(failures: ["WARNING in a"], expected: .fail, any: 0, new: 0),
        Outcome(failures: [], expected: .fail, any: 1, new: 1),
        Outcome(failures: [], expected: .fail, any: 1, new: 0),
    ]

    /// The runs are made up and a stand-in "runs" them, since what counts here is what comes after; all else is the
    /// real vmharness.
    @Test(arguments: ["any", "new"])
    func aJobFailsOnWhatItIsToldTo(failsOn: String) async throws {
        try await withScratchDirectory { scratch in
            let program = scratch.appending("vmharness").string
            let own = try Harness.binary.string
            try """
            #!/bin/sh
            if [ "$1" = matrix ]; then
                while [ "$1" != --out ]; do shift; done
                mkdir -p "$2" && cp "\(scratch)/next.json" "$2/run.json" && "\(own)" results rebuild "$2" || exit 9
                exit "$(cat "\(scratch)/status")"
            fi
            exec "\(own)" "$@"
            """.write(toFile: program, atomically: false, encoding: .utf8)
            chmod(program, 0o755)
            for (number, outcome) in Self.outcomes.enumerated() {
                let run = Self.run(number, outcome)
                try run.json().write(to: URL(filePath: scratch.appending("next.json").string))
                try "\(run.exitStatus)".write(
                    toFile: scratch.appending("status").string, atomically: false, encoding: .utf8)
                let result = try await Command(
                    Self.folder.appending("shard.sh").string, ["ci/smoke.yaml", "1/2"],
                    environment: [
                        "VMHARNESS": program, "CI_STATE": scratch.appending("state").string,
                        "CI_OUT": scratch.appending("out").string, "CI_FAIL_ON": failsOn,
                        "GITHUB_STEP_SUMMARY": scratch.appending("page").string,
                        "VMHARNESS_DATA": Harness.root.string,
                    ]
                ).run(timeout: .seconds(120))
                #expect(
                    result.status == (failsOn == "any" ? outcome.any : outcome.new),
                    "\(number): \(result.text) \(result.errorText)")
                for file in ["junit.xml", "summary.md", "report.html", "run.json", "evidence.tar.zst"] {
                    #expect(access(scratch.appending("out/\(file)").string, R_OK) == 0, "\(file)")
                }
            }
            // Each run is on the job's page.
            let page = try String(contentsOfFile: scratch.appending("page").string, encoding: .utf8)
            #expect(page.ranges(of: "\n## ").count + (page.hasPrefix("## ") ? 1 : 0) == Self.outcomes.count)
        }
    }

    private static func run(_ number: Int, _ outcome: Outcome) -> RunRecord {
        let failures = outcome.failures
        let started = Date(timeIntervalSince1970: 1_795_262_400 + Double(number) * 3600)
        var run = RunRecord(
            id: "20261121-\(number + 10)0000-000\(number % 10)", vmharness: "0.1.0", command: ["vmharness"],
            started: started)
        var cell = CellRecord(
            id: "p@debian-6.12", plan: "p", kernel: "debian:6.12", parameters: [:], started: started,
            directory: "cells/p@debian-6.12")
        var record = CaseRecord(
            name: "a", step: 1, verdict: failures.map { $0.isEmpty ? .pass : .fail } ?? .error, seconds: 1)
        record.findings = (failures ?? []).map {
            Finding(source: .console, severity: .failure, kind: "warning", title: $0)
        }
        cell.cases = [record]
        cell.bootSeconds = 5
        cell.expected = outcome.expected.map { CellExpectation($0, source: "m:1:1") }
        cell.conclude()
        run.cells = [cell]
        if outcome.hasBroken {
            var broken = CellRecord(
                id: "q@debian-6.12", plan: "q", kernel: "debian:6.12", parameters: [:], started: started,
                directory: "cells/q@debian-6.12")
            broken.cases = [CaseRecord(name: "guest", verdict: .error, seconds: 1)]
            broken.conclude()
            run.cells.append(broken)
        }
        run.ended = started + 60
        if outcome.isInterrupted { run.interruption = "interrupted by SIGINT" }
        run.conclude(isWhole: !outcome.isInterrupted)
        return run
    }

    // MARK: What is kept

    @Test func evidenceIsBounded() async throws {
        try await withScratchDirectory { scratch in
            let run = scratch.appending("run/cells/a").string
            try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
            for (name, size) in [("big", 3_000_000), ("small", 10), ("new\nline", 1000)] {
                try Data((0..<size).map { UInt8(truncatingIfNeeded: $0) }).write(to: URL(filePath: "\(run)/\(name)"))
            }
            let file = scratch.appending("evidence.tar.zst").string
            func keep(_ megabytes: Int) async throws -> Set<String> {
                let result = try await Command(
                    Self.folder.appending("keep.sh").string, [scratch.appending("run").string, file],
                    environment: ["CI_KEEP_MB": "\(megabytes)"]
                ).run(timeout: .seconds(60))
                #expect(result.status == 0, "\(result.errorText)")
                let list = try await Command("tar", ["--list", "--file", file]).run(timeout: .seconds(60))
                return Set(list.text.split(separator: "\n").map { String($0.split(separator: "/").last ?? "") })
            }
            #expect(try await keep(1) == ["small", "new\\nline"])
            let leftOut = try String(contentsOfFile: file + ".left-out", encoding: .utf8)
            #expect(leftOut.contains("cells/a/big") && leftOut.split(separator: "\n").count == 1)
            #expect(try await keep(10).contains("big"))
            #expect(access(file + ".left-out", F_OK) != 0)
        }
    }
}
