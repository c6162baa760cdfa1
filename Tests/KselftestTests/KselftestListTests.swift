import HostProcess
import Kselftest
import TestPlan
import Testing

@Suite("The list of an installed tree of selftests")
struct KselftestListTests {
    private static let text = """
        # a comment
        timers:posix_timers
        timers:rtcpie
        net/forwarding:router.sh
        timers:posix_timers
        Warning: libmnl is missing
        size:get_size

        """

    @Test("each test once in the file's order, and what is no test kept apart")
    func parsing() throws {
        let list = try KselftestList(Self.text)
        #expect(
            list.cases.map(\.name) == [
                "timers:posix_timers", "timers:rtcpie", "net/forwarding:router.sh", "size:get_size",
            ])
        #expect(list.collections == ["timers", "net/forwarding", "size"])
        #expect(list.cases[2].path == "net/forwarding/router.sh")
        #expect(list.unknown == ["Warning: libmnl is missing"])
    }

    @Test(
        "names that lead out of the tree, or mean something to a shell's options, are no tests",
        arguments: [
            "../etc:passwd", "timers:../../bin/sh", "/etc:passwd", "timers:", ":x", "timers:-rf", "x", "a:b\\c",
        ])
    func hostile(_ name: String) throws {
        #expect(KselftestCase(name) == nil)
        #expect(try KselftestList("a:b\n\(name)\n").unknown == [name])
    }

    @Test("an empty list is refused: nothing ran, nothing is proved")
    func empty() {
        #expect(throws: Failure.self) { try KselftestList("\n# nothing\n") }
    }

    private func selected(_ request: KselftestRequest) throws -> [String] {
        try KselftestList(Self.text).selection(request).cases.map(\.name)
    }

    @Test("tests that are named, else collections, else all; without those left out")
    func selection() throws {
        #expect(try selected(KselftestRequest(tree: "/t")).count == 4)
        #expect(try selected(KselftestRequest(collections: ["size", "net/forwarding"])).count == 2)
        #expect(
            try selected(KselftestRequest(collections: ["timers"], tests: ["timers:rtcpie"])) == ["timers:rtcpie"])
        let request = KselftestRequest(collections: ["timers"], excludedTests: ["timers:rtcpie"])
        let (cases, excluded) = try KselftestList(Self.text).selection(request)
        #expect(cases.map(\.name) == ["timers:posix_timers"])
        #expect(excluded.map(\.name) == ["timers:rtcpie"])
    }

    @Test("what the tree does not have is refused, with the nearest that it has")
    func refusals() throws {
        func advice(_ request: KselftestRequest) throws -> String {
            let failure = try #require(throws: Failure.self) { try selected(request) }
            #expect(failure.blame == .request)
            return failure.advice
        }
        #expect(try advice(KselftestRequest(collections: ["timer"])) == "did you mean 'timers'?")
        #expect(try advice(KselftestRequest(tests: ["timers:posix_timer"])) == "did you mean 'timers:posix_timers'?")
        #expect(try advice(KselftestRequest(tests: ["sise:get_size"])) == "did you mean 'size'?")
        #expect(
            try advice(KselftestRequest(collections: ["size"], excludedTests: ["size:getsize"]))
                == "did you mean 'size:get_size'?")
        #expect(
            try advice(KselftestRequest(collections: ["size"], excludedTests: ["size:get_size"])) == "shorten `exclude`"
        )
    }
}
