import ArgumentParser
import Foundation
import HostProcess
import SystemPackage
import TestSupport
import Testing

@testable import vmharness

/// What shells offer: by the real binary, in real shells.
@Suite(.timeLimit(.minutes(3))) struct CompletionTests {
    private static var binaries: FilePath {
        get throws {
            FilePath(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
                .removingLastComponent()
        }
    }

    /// Where a shell is; nil where it is not installed.
    static func path(of shell: String) -> String? {
        ["/bin/\(shell)", "/usr/bin/\(shell)", "/usr/local/bin/\(shell)"].first { access($0, X_OK) == 0 }
    }

    /// A directory with plans, images, a run and a kernel's cache of its own, and nothing else of this machine.
    private func withHome(_ body: (FilePath) async throws -> Void) async throws {
        try await withScratchDirectory { home in
            let files = [
                "data/testplans/alpha/plan.yaml": """
                name: alpha
                summary: "First: of two"
                parameters: {size: {values: [1MiB, 2MiB]}}
                guest: {memory: 512MiB}
                steps:
                  - run: {name: a, command: "echo ${size}"}
                mutations:
                  - {name: put-back, module: dummy, source: drivers/net, patch: a.patch}
                calibration:
                  passes: [{kernel: "debian:6.6"}]
                """,
                "data/testplans/beta/plan.yaml": "name: beta\nsummary: Second\nsteps:\n  - run: {command: [ls]}\n",
                "data/testplans/alpha/a.patch": "", "data/images/base.yaml": "", "work/my plan/plan.yaml": "",
                "work/mine/plan.yaml": "",
                "work/mine/$(touch injected)/plan.yaml": "", "work/mine/other.txt": "",
                "state/vmharness/runs/20260102-000000-1234/run.json": "{}",
            ]
            for (name, text) in files {
                let file = home.appending(name)
                try FileManager.default.createDirectory(
                    atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
                try text.write(toFile: file.string, atomically: false, encoding: .utf8)
            }
            try await body(home)
        }
    }

    /// A shell that somebody types into, with the directory's plans and programs.
    private func withShell(
        _ name: String, _ arguments: [String], in home: FilePath,
        _ body: (_ complete: (String) async throws -> String) async throws -> Void
    ) async throws {
        let terminal = try Pseudoterminal(width: 200, height: 50)
        let shell = try terminal.start(
            [try #require(Self.path(of: name))] + arguments,
            environment: [
                "PATH": "\(try Self.binaries):/usr/bin:/bin", "VMHARNESS_DATA": home.appending("data").string,
                "XDG_STATE_HOME": home.appending("state").string, "XDG_DATA_HOME": home.appending("share").string,
                "XDG_CONFIG_HOME": home.appending("config").string, "HOME": home.string, "TERM": "xterm",
                "VMHARNESS_CACHE": home.appending("cache").string, "LC_ALL": "C.UTF-8",
            ], in: home.appending("work").string)
        defer { terminal.end(shell) }
        // Quotes keep what is typed, and echoed, from being taken for what the shell prints.
        func run(_ line: String) async throws -> String {
            terminal.type(line + "\n")
            let deadline = ContinuousClock.now + .seconds(60)
            var said = ""
            while true {
                try await Task.sleep(for: .milliseconds(20))
                said += terminal.read()
                if let answer = said.firstMatch(of: /<<(.*)>>/) { return String(answer.1) }
                try #require(ContinuousClock.now < deadline, "\(said.debugDescription)")
            }
        }
        let load = [
            "bash": "PS1=; source <(vmharness completions bash)", "fish": "vmharness completions fish | source",
            "zsh": """
            PS1=; mkdir ../functions; vmharness completions zsh >../functions/_vmharness; \
            fpath=(../functions $fpath); autoload -U compinit; compinit -u -D
            """,
        ]
        _ = try await run("\(load[name]!); echo '<''<ready>''>'")
        // The line is completed, and then printed instead of run: ^A goes to its beginning.
        try await body { try await run("vmharness \($0)\t@'>''>'\u{1}echo '<''<'") }
    }

    @Test("bash completes what was begun", .enabled(if: path(of: "bash") != nil, "bash is not installed"))
    func bash() async throws { try await completes("bash", ["--noprofile", "--norc", "-i"]) }

    @Test("zsh completes what was begun", .enabled(if: path(of: "zsh") != nil, "zsh is not installed"))
    func zsh() async throws { try await completes("zsh", ["-f", "-i"]) }

    @Test("fish completes what was begun", .enabled(if: path(of: "fish") != nil, "fish is not installed"))
    func fish() async throws { try await completes("fish", ["-N", "-i"]) }

    private func completes(_ shell: String, _ arguments: [String]) async throws {
        try await withHome { (home: FilePath) async throws in
            try await withShell(shell, arguments, in: home) { complete in
                for (typed, completed) in [
                    ("pl", "plan "), ("run al", "alpha "), ("run alpha --kernel debian:6.6", "debian:6.6 "),
                    ("run alpha --kernel bui", "build:"), ("run alpha --set si", "size="),
                    ("run alpha --set size=2", "size=2MiB "), ("results show 2026", "20260102-000000-1234 "),
                    ("image build ba", "base "), ("run ./min", "./mine/"), ("run ./mine/p", "./mine/plan.yaml "),
                    ("run --qu", "--quiet "), ("run alpha --mutate pu", "put-back "),
                    ("ab al", "alpha "), ("bisect alpha --good debian:6.6", "debian:6.6 "),
                    ("bisect-step alpha --mutate pu", "put-back "), ("matrix --resume 2026", "20260102-000000-1234 "),
                ] {
                    let line = try await complete(typed)
                    #expect(line.hasSuffix(" \(completed)@"), "\(shell): \(typed)")
                }
                // The name of a directory is no command.
                _ = try await complete("run ./mine/")
                #expect(!FileManager.default.fileExists(atPath: home.appending("work/injected").string))
                // Nobody's state was written.
                for made in ["share/vmharness", "cache"] {
                    #expect(!FileManager.default.fileExists(atPath: home.appending(made).string))
                }
            }
        }
    }

    @Test("words of directories reach each shell as they are")
    func quoting() {
        let word = Completion("a b:'c'", "what: it is")
        #expect(word.text(for: .bash) == #"'a b:'\''c'\'''"#)
        #expect(word.text(for: .zsh) == #"a b\:'c':what: it is"#)
        #expect(word.text(for: .fish) == "a b:'c'\twhat: it is")
        #expect(Completion("debian:6.1").text(for: .bash) == "debian:6.1")
        for shell in CompletionShell.allCases { #expect(Completion("two\nlines").text(for: shell) == nil) }
    }
}
