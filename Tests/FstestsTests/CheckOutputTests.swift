import Fstests
import Testing

/// What `check` really printed.
struct CheckOutputTests {
    private static let captured = [
        "badmount", "every-status", "expunge-E", "expunge-E-ignored-nodevfd", "fail-dmesg", "fail-outbad", "flaky-L3",
        "interrupted",
        "iter-I3", "iter-i3", "notrun", "pass-ext4", "pass-xfs", "two-sections",
    ]

    private func events(_ name: String) throws -> [CheckEvent] {
        var output = CheckOutput()
        return output.read(try Fixture.bytes("\(name)/check.stdout")) + output.finish()
    }

    private func ended(_ events: [CheckEvent]) -> [CheckedCase] {
        events.compactMap { if case .ended(let ended) = $0 { ended } else { nil } }
    }

    private func began(_ events: [CheckEvent]) -> [String] {
        events.compactMap { if case .began(let name) = $0 { name } else { nil } }
    }

    @Test("passes with their seconds, and a failure with its reasons and diff")
    func passes() throws {
        let events = try events("pass-ext4")
        let cases = ended(events)
        #expect(cases.map(\.name) == began(events))
        #expect(cases.map(\.status) == [.pass, .pass, .pass, .pass, .pass, .fail, .pass])
        #expect(cases.map(\.seconds) == [106, 9, 10, 13, 14, nil, 20])
        let failed = try #require(cases.first { $0.name == "generic/013" })
        #expect(
            failed.reasons == [
                "[failed, exit status 1]", "- output mismatch (see /root/results/pass-ext4/ext4/generic/013.out.bad)",
            ])
        #expect(
            failed.diff.contains(
                "+    fsstress (count=1000) returned 0 - see /root/results/pass-ext4/ext4/generic/013.full"))
        #expect(events.contains(.section("ext4")))
        #expect(events.contains(.setting(name: "FSTYP", value: "ext4")))
        #expect(events.contains(.summary(.failures(["generic/013"]))))
        #expect(events.contains(.summary(.failed(1, of: 7))))
    }

    @Test("a case that did not run tells why, one that was left out says so")
    func skips() throws {
        let notRun = ended(try events("notrun")).filter { $0.status == .notRun }
        #expect(notRun.map(\.name) == ["generic/413"])
        #expect(notRun.first?.reasons == ["mount /dev/vdd with dax failed"])
        let expunged = ended(try events("expunge-E"))
        #expect(expunged.map(\.status) == [.pass, .expunged, .expunged])
    }

    @Test("what was found in dmesg, without a word on the output")
    func dmesg() throws {
        let failed = try #require(ended(try events("fail-dmesg")).last)
        #expect(failed.status == .fail)
        #expect(failed.reasons.count == 1)
        #expect(failed.reasons.first?.hasPrefix("_check_dmesg: something found in dmesg") == true)
        #expect(failed.diff.isEmpty)
    }

    @Test("reruns after a failure are several results of one case")
    func reruns() throws {
        let events = try events("flaky-L3")
        let runs = ended(events).filter { $0.name == "generic/9003" }
        #expect(runs.map(\.status) == [.fail, .pass, .fail, .pass])
        #expect(
            events.contains(
                .aggregate(
                    name: "generic/9003", text: "aggregate results across 4 runs: pass=2 (50.0%), fail=2 (50.0%)")))
    }

    @Test("the time of an earlier run does not pass for a verdict")
    func earlierTimes() throws {
        let runs = ended(try events("iter-I3"))
        #expect(runs.map(\.status) == [.pass, .fail])
        let sections = ended(try events("two-sections"))
        #expect(sections[2].seconds == 9)
    }

    @Test("two sections, each once, though the summary names them again")
    func sections() throws {
        let events = try events("two-sections")
        #expect(events.filter { if case .section = $0 { true } else { false } } == [.section("ext4"), .section("xfs")])
        #expect(ended(events).count == 4)
        #expect(events.contains(.setting(name: "FSTYP", value: "xfs (non-debug)")))
    }

    @Test("a set-up error, in check's words")
    func setupError() throws {
        #expect(
            try events("badmount") == [
                .setupError("common/config: TEST_DEV (/dev/vdz) is not a block device or a network filesystem")
            ])
    }

    @Test("a check that was ended in a case leaves it without a verdict, though its status is 0")
    func interrupted() throws {
        var output = CheckOutput()
        let events = output.read(try Fixture.bytes("interrupted/check.stdout"))
        #expect(began(events) == ["generic/005", "generic/006", "generic/034", "generic/049"])
        #expect(output.running == "generic/049")
        #expect(output.finish().isEmpty)
        let cases = ended(events)
        #expect(cases.map(\.name) == ["generic/997", "generic/005", "generic/006", "generic/034"])
        #expect(cases.map(\.status) == [.missing, .pass, .expunged, .pass])
    }

    @Test("every status, with the times of day of check -T")
    func everyStatus() throws {
        let cases = ended(try events("every-status"))
        #expect(
            cases.map(\.status) == [.pass, .fail, .fail, .pass, .fail, .fail, .fail, .fail, .notRun])
        #expect(
            cases.map { $0.reasons.first?.prefix { $0 != "(" } } == [
                nil, "- output mismatch ", "_check_dmesg: something found in dmesg ", nil, "[dumped core]",
                "[failed, exit status 1]", "[failed, exit status 137]", "[failed, exit status 1]",
                "a reason with <&> and  two  blanks",
            ])
        #expect(cases[1].hints == ["HINT: You _MAY_ be missing kernel fix"])
        #expect(cases[2].others.isEmpty)
        #expect(cases[7].diff.contains("+no newline & <xml> \u{1}"))
        #expect(CaseResult(cases[4]).reason == "dumped core; output mismatch")
    }

    @Test("a complaint of the shell before anything else is kept")
    func unknown() throws {
        #expect(
            try events("expunge-E-ignored-nodevfd").first
                == .unknown("./check: line 307: /dev/fd/63: No such file or directory"))
    }

    @Test("every capture is read alike in one piece and byte by byte", arguments: captured)
    func pieces(_ name: String) throws {
        var output = CheckOutput()
        let bytes = try Fixture.bytes("\(name)/check.stdout")
        let single = bytes.flatMap { output.read([$0]) } + output.finish()
        #expect(single == (try events(name)))
    }

    @Test("no line of a real run is lost", arguments: captured)
    func nothingUnknown(_ name: String) throws {
        let unknown = try events(name).filter { if case .unknown = $0 { true } else { false } }
        #expect(unknown.count == (name == "expunge-E-ignored-nodevfd" ? 1 : 0))
        #expect(ended(try events(name)).allSatisfy { $0.others.isEmpty })
    }

    @Test("a case begins before its line ends, and is the running one until its verdict")
    func partialLine() {
        var output = CheckOutput()
        #expect(output.read("\ngeneric/001 ".utf8).isEmpty)
        #expect(output.read("       ".utf8) == [.began("generic/001")])
        #expect(output.running == "generic/001")
        #expect(output.finish().isEmpty)
        output = CheckOutput()
        #expect(output.read("generic/001 5s ... ".utf8) == [.began("generic/001")])
        #expect(
            output.read(" 2s\n".utf8)
                == [.ended(CheckedCase(name: "generic/001", status: .pass, seconds: 2))])
        #expect(output.running == nil)
    }

    @Test("an inconsistent file system, a core dump and a hint belong to their case")
    func furtherLines() throws {
        let text = """
            generic/475        [dumped core]_check_xfs_filesystem: filesystem on /dev/vdd is inconsistent (r)
            (see /r/ext4/generic/475.full for details)
            Trying to repair broken TEST_DEV file system
            _check_dmesg: something found in dmesg (see /r/generic/475.dmesg)
            - output mismatch (see /r/generic/475.out.bad)
                --- tests/generic/475.out
                +++ /r/generic/475.out.bad
                ...

            HINT: You _MAY_ be missing kernel fix:
                  968f19c5b1b7 btrfs: always fallback to buffered write

            generic/476         3s

            """
        var output = CheckOutput()
        let cases = ended(output.read(text.utf8))
        #expect(cases.map(\.name) == ["generic/475", "generic/476"])
        #expect(
            cases[0].reasons == [
                "[dumped core]", "_check_xfs_filesystem: filesystem on /dev/vdd is inconsistent (r)",
                "_check_dmesg: something found in dmesg (see /r/generic/475.dmesg)",
                "- output mismatch (see /r/generic/475.out.bad)",
            ])
        #expect(
            cases[0].hints == [
                "HINT: You _MAY_ be missing kernel fix:", "968f19c5b1b7 btrfs: always fallback to buffered write",
            ])
        #expect(
            cases[0].others == [
                "(see /r/ext4/generic/475.full for details)", "Trying to repair broken TEST_DEV file system",
            ])
    }

    @Test("a set-up error in the midst belongs to the case and is told as such")
    func setupErrorInTheMidst() {
        var output = CheckOutput()
        let events = output.read(
            "generic/005        [failed, exit status 1]common/rc: could not mount /dev/vdc on /mnt/test\ncommon/rc: retrying\n"
                .utf8)
        #expect(events == [.began("generic/005"), .setupError("common/rc: retrying")])
        #expect(ended(output.finish()).first?.others == ["common/rc: retrying"])
    }

    @Test("endless lines and endless cases stay bounded, and what was cut is said")
    func bounds() throws {
        var output = CheckOutput()
        let long = Array(repeating: UInt8(ascii: "x"), count: 1 << 20)
        let events = output.read(long + [10])
        guard case .unknown(let line) = events.first else {
            Issue.record("expected an unknown line")
            return
        }
        #expect(line.utf8.count < 20_000)
        #expect(line.hasSuffix(" more bytes]"))
        _ = output.read("generic/001        - output mismatch\n".utf8)
        for _ in 0..<5000 { _ = output.read("    +x\n".utf8) }
        let ended = try #require(ended(output.finish()).first)
        #expect(ended.diff.count == 400)
        #expect(ended.dropped == 4600)
        #expect(CaseResult(ended).evidence.last == "[vmharness: 4600 more lines of check not kept]")
    }

    @Test("the times of day of check -T are no verdict")
    func timestamps() {
        var output = CheckOutput()
        #expect(
            ended(output.read("generic/001        [08:55:12] [08:55:20] 8s\n".utf8))
                == [CheckedCase(name: "generic/001", status: .pass, seconds: 8)])
    }
}
