import Testing

import TestPlan

/// What is said about wrong `fstests`, `suite` and `kselftest` steps.
@Suite struct SuiteRefusalTests {
    typealias Row = PlanRefusalTests.Row

    @Test(arguments: selection + sections + devices + suites)
    func wrongOnesAreRefused(row: Row) {
        #expect(PlanText.problems(of: row.text) == row.messages)
    }

    /// The step begins in line 11.
    private static func fstests(_ text: String, devices: String = "") -> String {
        FstestsPlanTests.plan(text, devices: devices)
    }

    static let selection = [
        Row(
            fstests("{filesystem: ext4}"),
            """
            plan.yaml:11:14: fstests has neither 'tests' nor 'groups': add 'groups: [auto]' for all that are meant \
            to run by themselves
            """),
        Row(
            fstests("{filesystem: ext4, tests: [generic/1, generic/*, 001]}"),
            "plan.yaml:11:41: an item of 'tests' in fstests must be the name of a test such as generic/001, "
                + "not 'generic/1'",
            "plan.yaml:11:52: an item of 'tests' in fstests must be the name of a test such as generic/001, "
                + "not 'generic/*'",
            "plan.yaml:11:63: an item of 'tests' in fstests must be the name of a test such as generic/001, not '001'"),
        Row(
            fstests("{filesystem: ext4, groups: [quick, quick, \"a b\"]}"),
            "plan.yaml:11:49: 'groups' in fstests has 'quick' twice",
            "plan.yaml:11:56: an item of 'groups' in fstests must be the name of a group such as quick, not 'a b'"),
        Row(
            fstests("{filesystem: ext4, tests: [generic/001], exclude: [generic/001]}"),
            "plan.yaml:11:55: fstests both names and excludes 'generic/001': keep one of them"),
        Row(
            fstests("{filesystem: ext4, groups: [a], exclude-groups: [a]}"),
            "plan.yaml:11:46: fstests both names and excludes the group 'a': keep one of them"),
        Row(
            fstests("{filesystem: ext4, groups: [a], tree: ~joe/x}"),
            "plan.yaml:11:52: 'tree' in fstests: '~joe/x' is another user's: write the path out"),
        Row(
            fstests("{filesystem: ext4, groups: [a], otherwise: skp}"),
            "plan.yaml:11:57: 'otherwise' in fstests must be refuse or skip, not 'skp': did you mean 'skip'?"),
        Row(
            fstests("{filesystem: ext4, groups: [a], shards: 65, limit: {frist: 1s, factor: 1}}"),
            "plan.yaml:11:54: 'shards' in fstests must be a whole number from 1 to 64, not '65'",
            "plan.yaml:11:66: unknown key 'frist' in 'limit' of fstests: did you mean 'first'?",
            "plan.yaml:11:85: 'factor' in 'limit' of fstests must be a whole number from 2 to 100, not '1'"),
        Row(
            fstests("{filesystem: ext4, groups: [a], expunges: [none.yaml]}"),
            "plan.yaml:11:57: an item of 'expunges' in fstests: '/nonexistent/none.yaml' cannot be found: "
                + "No such file or directory: create the file"),
    ]

    static let sections = [
        Row(fstests("{groups: [a]}"), "plan.yaml:11:14: fstests has no 'filesystem': add 'filesystem: …'"),
        Row(
            fstests("{filesystem: ext44, groups: [a]}"),
            """
            plan.yaml:11:27: 'filesystem' in fstests must be ext2, ext3, ext4, xfs, btrfs, gfs2, f2fs, overlay, \
            tmpfs, virtiofs, fuse or nfs, not 'ext44': did you mean 'ext4'?
            """),
        Row(
            fstests("{groups: [a], sections: {}}"),
            "plan.yaml:11:38: 'sections' in fstests is empty: leave it out"),
        Row(
            fstests("{groups: [a], sections: [a]}"),
            "plan.yaml:11:38: 'sections' in fstests must be a mapping, not a list: write 'NAME: {…}' lines"),
        Row(
            fstests("{groups: [a], filesystem: ext4, sections: {a/b: {}}}"),
            "plan.yaml:11:57: 'a/b' is not the name of a section: use letters, digits, '_' and '-', at most 64"),
        Row(
            fstests("{groups: [a], filesystem: ext4, sections: {a: {mkfss: x}}}"),
            "plan.yaml:11:61: unknown key 'mkfss' in section 'a' of fstests: did you mean 'mkfs'?"),
        Row(
            fstests("{groups: [a], sections: {a: {}}}"),
            "plan.yaml:11:42: section 'a' of fstests has no 'filesystem': add 'filesystem: …'"),
        Row(
            fstests("{groups: [a], filesystem: ext4, variables: {TEST_DEV: /x, RESULT_DIR: x, soak: 1}}"),
            "plan.yaml:11:58: 'variables' in fstests: the harness sets TEST_DEV itself: use 'test'",
            "plan.yaml:11:72: 'variables' in fstests: the harness sets RESULT_DIR itself: leave it out",
            "plan.yaml:11:87: 'soak' is not the name of a variable of fstests: use upper-case letters, digits and '_'"),
        Row(
            fstests("{groups: [a], filesystem: ext4, mkfs: \"a\\nb\"}"),
            "plan.yaml:11:52: 'mkfs' in fstests must be one line of at most 4096 bytes, not 'a\\nb'"),
    ]

    static let devices = [
        Row(
            fstests("{groups: [a], filesystem: ext4, scratch: scrtch}"),
            "plan.yaml:11:55: 'scratch' in fstests: the guest has no disk 'scrtch': did you mean 'scratch'?"),
        Row(
            fstests("{groups: [a], filesystem: ext4, scratch-rt: log}"),
            "plan.yaml:11:58: fstests: ext4 has no use for 'scratch-rt': leave it out"),
        Row(
            fstests("{groups: [a], filesystem: ext4, logwrites: test}"),
            "plan.yaml:11:46: fstests: 'test' is both 'test' and 'logwrites': give each a device of its own"),
        Row(
            fstests("{groups: [a], filesystem: btrfs, scratch: scratch, scratch-pool: [log]}"),
            """
            plan.yaml:11:79: 'scratch-pool' in fstests stands beside 'scratch': the first of the pool is the scratch \
            device: leave 'scratch' out
            """),
        Row(
            fstests("{groups: [a], filesystem: virtiofs}"),
            """
            plan.yaml:11:14: fstests has no 'test', the device to test virtiofs on: declare a virtiofs device of \
            that name, or say which one it is
            """),
        Row(
            fstests("{groups: [a], filesystem: virtiofs, test: test}"),
            """
            plan.yaml:11:56: 'test' in fstests: the guest has no virtiofs device with the tag 'test': use share
            """),
        Row(
            fstests(
                "{groups: [a], filesystem: virtiofs, test: ro}",
                devices: "    - virtiofs: {tag: ro, read-only: true}"),
            "plan.yaml:11:56: 'test' in fstests: share 'ro' is read-only: leave that out in line 9"),
        Row(
            fstests("{groups: [a], filesystem: tmpfs, mkfs: -q}"),
            "plan.yaml:11:53: fstests: tmpfs has no mkfs: leave it out"),
        Row(
            fstests("{groups: [a], test-rt: log, sections: {a: {filesystem: ext4}}}"),
            "plan.yaml:11:37: fstests: no section has a use for 'test-rt': leave it out"),
    ]

    private static func step(_ text: String) -> String { PlanText.head + "steps:\n  - \(text)\n" }

    static let suites = [
        Row(
            step("suite: {shards: 2}"), "plan.yaml:4:12: suite has no 'command': add 'command: …'",
            """
            plan.yaml:4:13: suite has 'shards' and no 'list': name a command that prints the cases, so that they \
            can be run one by one
            """),
        Row(
            step("suite: {command: a, limit: {first: 4h}}"),
            """
            plan.yaml:4:25: suite has 'limit' and no 'list': name a command that prints the cases, so that they \
            can be run one by one
            """),
        Row(
            step("kselftest: {}"),
            """
            plan.yaml:4:16: kselftest has neither 'collections' nor 'tests' nor a 'tree': name collections to \
            build, such as [timers]
            """),
        Row(
            step("kselftest: {collections: [../x], tests: [timers], exclude: [\"a:b c\"]}"),
            "plan.yaml:4:31: an item of 'collections' in kselftest must be a collection such as timers, not '../x'",
            "plan.yaml:4:46: an item of 'tests' in kselftest must be COLLECTION:TEST, such as timers:posix_timers, "
                + "not 'timers'",
            "plan.yaml:4:65: an item of 'exclude' in kselftest must be COLLECTION:TEST, such as timers:posix_timers, "
                + "not 'a:b c'"),
    ]

    @Test func otherSuitesAreRead() throws {
        let plan = try PlanText.plan(
            PlanText.head + """
                steps:
                  - suite: {command: 'run "$CASE"', list: [ls, /tests], shards: 4, limit: {first: 1min}}
                  - kselftest: {tree: /t, collections: [timers, net/forwarding], tests: ["timers:posix_timers"]}
                  - kselftest: {collections: [timers], exclude: ["timers:a.sh"], setup: true}

                """)
        #expect(
            plan.steps.map(\.action) == [
                .suite(
                    SuiteRequest(
                        command: .shell("run \"$CASE\""), list: .arguments(["ls", "/tests"]),
                        options: SuiteOptions(limits: .init(first: .seconds(60)), shards: 4))),
                .kselftest(
                    KselftestRequest(
                        tree: "/t", collections: ["timers", "net/forwarding"], tests: ["timers:posix_timers"])),
                .kselftest(KselftestRequest(collections: ["timers"], excludedTests: ["timers:a.sh"])),
            ])
        #expect(plan.steps.map(\.timeout) == Array(repeating: .seconds(24 * 3600), count: 3))
    }
}
