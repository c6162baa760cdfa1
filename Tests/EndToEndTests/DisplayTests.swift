import Foundation
import HostProcess
import RunRecord
import SystemPackage
import TestSupport
import Testing

extension EndToEnd {
    /// What a person sees, on a terminal.
    @Suite struct DisplayTests {
        /// What came so far, and what stands on the terminal then.
        private final class Watch {
            let terminal: Pseudoterminal
            private(set) var screen = Screen(width: 80, height: 24)

            init(_ terminal: Pseudoterminal) { self.terminal = terminal }

            func look() { screen.feed(terminal.read()) }

            func wait(_ what: Comment, until condition: () -> Bool) async throws {
                let deadline = ContinuousClock.now + .seconds(120)
                while !condition() {
                    try #require(ContinuousClock.now < deadline, "\(what): \(screen.text)")
                    try await Task.sleep(for: .milliseconds(50))
                    look()
                }
            }
        }

        @Test("a run is followed, suspended, and interrupted, and the terminal is clean", .timeLimit(.minutes(5)))
        func interrupted() async throws {
            try await withScratchDirectory { (scratch: FilePath) async throws in
                let watch = Watch(try Pseudoterminal(width: 80, height: 24))
                var environment = ProcessInfo.processInfo.environment
                environment["NO_COLOR"] = nil
                let own = [
                    "VMHARNESS_DATA": Harness.root.string, "XDG_DATA_HOME": try Harness.data.string, "TERM": "xterm",
                ]
                let out = scratch.appending("run")
                let run = try watch.terminal.start(
                    [
                        try Harness.binary.string, "run", Harness.plans.appending("sleeper").string, "--kernel",
                        Harness.kernel, "--out", out.string,
                    ], environment: environment.merging(own) { $1 }, in: Harness.root.string)
                defer { watch.terminal.end(run) }
                try await watch.wait("running") { watch.screen.text.contains("● running sleeper  debian:6.1") }
                #expect(watch.screen.text.split(separator: "\n").count == 2, "\(watch.screen.text)")

                // Ctrl-Z: the terminal is the shell's.
                watch.terminal.type("\u{1a}")
                var change: Int32?
                try await watch.wait("stopped") {
                    change = watch.terminal.change(of: run)
                    return change != nil
                }
                #expect(change.map { $0 & 0xff } == 0x7f)
                watch.look()
                #expect(!watch.screen.text.contains("sleeper"), "\(watch.screen.text)")
                kill(run, SIGCONT)
                try await watch.wait("running again") { watch.screen.text.contains("● running sleeper") }

                // Ctrl-C.
                watch.terminal.type("\u{3}")
                try await watch.wait("ended") {
                    change = watch.terminal.change(of: run)
                    return change != nil
                }
                watch.look()
                #expect(change == 3 << 8)
                let text = watch.screen.text
                #expect(text.contains("SIGINT: stopping, and keeping what there is"), "\(text)")
                #expect(text.contains("ERROR  sleeper  debian:6.1"), "\(text)")
                #expect(!text.contains("done, ") && !text.contains("● "), "\(text)")
                #expect(watch.screen.isTidy && watch.screen.unknown.isEmpty, "\(watch.screen.unknown)")
                let record = try RunRecord(json: Data(contentsOf: URL(filePath: out.appending("run.json").string)))
                #expect(record.interruption?.contains("SIGINT") == true)
            }
        }
    }
}
