import HostProcess
import Testing

@Suite struct CommandTests {
    @Test func keepsOutputAndStatus() async throws {
        let result = try await Command("seq", ["1", "200000"]).run()
        #expect(result.termination == .exited(0))
        #expect(result.text.hasPrefix("1\n2\n"))
        #expect(result.text.hasSuffix("199999\n200000\n"))
    }

    @Test func passesInput() async throws {
        let bytes = [UInt8](repeating: 7, count: 300_000)
        let result = try await Command("cat").run(input: bytes)
        #expect(result.output == bytes)
    }

    @Test func cutsOutputAtTheLimit() async throws {
        let result = try await Command("seq", ["1", "100000"]).run(outputLimit: 1000)
        #expect(result.output.count == 1000)
        #expect(result.isTruncated)
        #expect(result.transcript.hasSuffix("[vmharness: cut here, there was more]\n"))
        #expect(result.termination.isSuccess)
    }

    @Test func namesTheProgramThatIsMissing() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await Command("no-such-program-here").run()
        }
        #expect(failure?.what == "program not found")
        #expect(failure?.subject == "no-such-program-here")
    }

    @Test func endsAtTheTimeLimitWithItsChildren() async throws {
        let marker = "86399.\(UInt32.random(in: 0 ... .max))"
        await #expect(throws: Failure.self) {
            try await Command("sh", ["-c", "sleep \(marker) & sleep \(marker)"]).run(timeout: .milliseconds(300))
        }
        let left = ProcessTable.pids().filter { pid in
            ProcessTable.read("/proc/\(pid)/cmdline").map { String(decoding: $0, as: UTF8.self).contains(marker) }
                ?? false
        }
        #expect(left.filter(ProcessTable.isRunning) == [])
    }

    @Test func checkTellsWhatTheProgramSaid() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await Command("ls", ["/no/such/file"]).check()
        }
        #expect(failure?.description.contains("No such file or directory") == true)
    }

    @Test(arguments: [
        (["a b"], "x 'a b'"), (["it's"], #"x 'it'\''s'"#), ([""], "x ''"), (["-m", "1G"], "x -m 1G"),
    ])
    func printsAsOneWouldType(arguments: [String], expected: String) {
        #expect(Command("x", arguments).description == expected)
    }
}
