import Foundation
import Testing

import TestPlan

/// Files of expunges, and which of them hold for a case.
@Suite struct ExpungeTests {
    private static func expunges(_ text: String, file: String = "x.yaml") throws -> [Expunge] {
        try ExpungeFile.parse(Array(text.utf8), file: file)
    }

    private static func problems(_ text: String, file: String = "x.yaml") -> [String] {
        do throws(InvalidFile) {
            _ = try ExpungeFile.parse(Array(text.utf8), file: file)
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    @Test func everyKeyIsRead() throws {
        let text = """
            # A comment
            - test: generic/208
              reason: >
                It hangs, as
                expected
              since: 5.10
              until: 6.1.89
              filesystems: [gfs2, ext4]
              link: https://lore.kernel.org/r/1
              expires: 2028-02-29
            - {test: "xfs/*", reason: slow}

            """
        let expected = [
            Expunge(
                test: "generic/208", reason: "It hangs, as expected", since: "5.10", until: "6.1.89",
                filesystems: ["gfs2", "ext4"], link: "https://lore.kernel.org/r/1", expires: "2028-02-29",
                location: SourceLocation(file: "x.yaml", line: 2, column: 3)),
            Expunge(
                test: "xfs/*", reason: "slow", location: SourceLocation(file: "x.yaml", line: 11, column: 3)),
        ]
        #expect(try Self.expunges(text) == expected)
        // Told by its content where its name does not tell.
        #expect(try Self.expunges(text, file: "x").map(\.test) == expected.map(\.test))
    }

    /// As they stand in the trees of others.
    @Test func classicFilesAreRead() throws {
        let text = """
            # This file is for ext4
            #
            # Hangs, see https://bugzilla.kernel.org/show_bug.cgi?id=1 (and others)
            generic/019
            generic/095   # fails on slow disks

            generic/475
            # Another matter
            ext4/03*
            #generic/001
            \tshared/298\t

            """
        let expunges = try Self.expunges(text, file: "all.txt")
        #expect(expunges.map(\.test) == ["generic/019", "generic/095", "generic/475", "ext4/03*", "shared/298"])
        #expect(
            expunges.map(\.reason) == [
                "This file is for ext4 Hangs, see https://bugzilla.kernel.org/show_bug.cgi?id=1 (and others)",
                "fails on slow disks", nil, "Another matter", nil,
            ])
        #expect(expunges[0].link == "https://bugzilla.kernel.org/show_bug.cgi?id=1")
        #expect(expunges.map(\.location.line) == [4, 5, 7, 9, 11])
        #expect(expunges[4].location.column == 2)
    }

    @Test(arguments: [
        ("- {test: generic/1}\n", "x.yaml:1:3: an expunge has no 'reason': add 'reason: …'"),
        (
            "- {test: g/1, resaon: a, reason: b}\n",
            "x.yaml:1:15: unknown key 'resaon' in an expunge: use test, reason, since, until, filesystems, link or expires"
        ),
        (
            "- {test: 208, reason: r}\n",
            "x.yaml:1:10: 'test' in an expunge must be the name of a case, not '208': did you mean 'generic/208'?"
        ),
        (
            "- {test: 'g/*8', reason: r}\n",
            """
            x.yaml:1:10: 'test' in an expunge must be the name of a case, not 'g/*8': write it as generic/208, or \
            generic/* for all
            """
        ),
        (
            "- {test: g/1, reason: r, since: v6.1}\n",
            "x.yaml:1:33: 'since' in an expunge must be a kernel series or release, not 'v6.1': write it as 6.1 or 6.1.90"
        ),
        (
            "- {test: g/1, reason: r, since: '6.2', until: '6.1.5'}\n",
            "x.yaml:1:26: 'since' is newer than 'until' in an expunge: swap them"
        ),
        (
            "- {test: g/1, reason: r, filesystems: [ext5]}\n",
            """
            x.yaml:1:40: an item of 'filesystems' in an expunge must be ext2, ext3, ext4, xfs, btrfs, gfs2, f2fs, \
            overlay, tmpfs, virtiofs, fuse or nfs, not 'ext5': did you mean 'ext2'?
            """
        ),
        (
            "- {test: g/1, reason: r, expires: 2027-02-29}\n",
            "x.yaml:1:35: 'expires' in an expunge must be a day, not '2027-02-29': write it as 2027-01-31"
        ),
        (
            "- {test: g/1, reason: r, link: lore}\n",
            "x.yaml:1:32: 'link' in an expunge must be the address of a page, not 'lore': begin it with https://"
        ),
        ("a: b\n", "x.yaml:1:1: the file must be a list, not a mapping: write '[a, b]' or '- a' lines"),
    ])
    func wrongYAMLIsRefused(text: String, message: String) {
        #expect(Self.problems(text) == [message])
    }

    @Test func wrongClassicFilesAreRefused() {
        #expect(
            Self.problems("generic/001\n  208 # x\ngeneric/1 generic/2\n", file: "x.txt") == [
                "x.txt:2:3: the line must be the name of a case, not '208': did you mean 'generic/208'?",
                """
                x.txt:3:1: the line must be the name of a case, not 'generic/1 generic/2': write it as generic/208, \
                or generic/* for all
                """,
            ])
        let bytes = [UInt8](repeating: 0xFF, count: 4)
        let error = #expect(throws: InvalidFile.self) { try ExpungeFile.parse(bytes, file: "x.txt") }
        #expect(error?.description == "x.txt:1:1: the file is not UTF-8 text: save it as UTF-8")
    }

    // MARK: Which one holds

    private static let options = SuiteOptions(
        expunges: [
            expunge("generic/208", since: "5.10", until: "6.1.89"), expunge("generic/3*", filesystems: ["gfs2"]),
            expunge("generic/400", expires: "2027-01-01"), expunge("generic/400", since: "6.12"),
        ])

    private static func expunge(
        _ test: String, since: String? = nil, until: String? = nil, filesystems: [String] = [], expires: String? = nil
    ) -> Expunge {
        Expunge(
            test: test, reason: "r", since: since, until: until, filesystems: filesystems, expires: expires,
            location: SourceLocation(file: "x", line: 1, column: 1))
    }

    @Test(arguments: [
        ("generic/208", "ext4", "5.10.262", "2026-12-31", 0), ("generic/208", "ext4", "6.1.89", "2026-12-31", 0),
        ("generic/208", "ext4", "6.1.90", "2026-12-31", nil), ("generic/208", "ext4", "5.4.1", "2026-12-31", nil),
        ("generic/2081", "ext4", "5.10.262", "2026-12-31", nil), ("small/generic/208", "ext4", "5.15", "2027-01-01", 0),
        ("generic/208", "ext4", nil, "2026-12-31", nil), ("generic/333", "gfs2", nil, "2026-12-31", 1),
        ("generic/333", "ext4", nil, "2026-12-31", nil), ("generic/333", nil, nil, "2026-12-31", nil),
        ("generic/400", "xfs", "6.12.1", "2026-12-31", 2), ("generic/400", "xfs", "6.12.1", "2027-01-01", 3),
        ("generic/400", "xfs", "6.1", "2027-01-01", nil),
    ])
    func theFirstThatHoldsIsTaken(name: String, filesystem: String?, kernel: String?, today: String, index: Int?) {
        let expunge = Self.options.expunge(
            for: name, filesystem: filesystem, kernel: kernel.flatMap { KernelVersion($0) }, today: today)
        #expect(expunge == index.map { Self.options.expunges[$0] })
    }

    @Test func expiredOnesAreTold() {
        #expect(Self.options.expiredExpunges(on: "2026-12-31") == [])
        #expect(Self.options.expiredExpunges(on: "2027-01-01") == [Self.options.expunges[2]])
    }

    @Test(arguments: [
        ("6.1.192-2", "6.1.192"), ("7.2.12-1~bpo13+1", "7.2.12"), ("6.13.0-rc4-00010-gabcdef", "6.13.0"),
        ("v6.13-rc4", "6.13"), ("6.1.0-56-amd64", "6.1.0"), ("6", nil), ("", nil), ("linux", nil), ("6..1", nil),
    ])
    func versionsOfKernels(text: String, version: String?) {
        #expect(KernelVersion(text)?.description == version)
    }

    // MARK: In plans

    @Test func aPlanReadsItsFiles() throws {
        try withTemporaryDirectory { directory in
            let text = "- {test: generic/001, reason: r}\n"
            try text.write(toFile: "\(directory)/a.yaml", atomically: false, encoding: .utf8)
            try "generic/002\n".write(toFile: "\(directory)/b", atomically: false, encoding: .utf8)
            let step = "{filesystem: tmpfs, groups: [auto], expunges: [a.yaml, b]}"
            let request = try FstestsPlanTests.request(step, directory: directory)
            #expect(request.options.expunges.map(\.test) == ["generic/001", "generic/002"])
            #expect(request.options.expunges.map(\.location.file) == ["\(directory)/a.yaml", "\(directory)/b"])

            try "- {test: 1}\n- 2\n".write(toFile: "\(directory)/a.yaml", atomically: false, encoding: .utf8)
            let problems = PlanText.problems(
                of: FstestsPlanTests.plan("{filesystem: tmpfs, groups: [auto], expunges: [a.yaml], shards: 0}"),
                directory: directory)
            let places = problems.map { String($0.dropFirst($0.hasPrefix(directory) ? directory.count + 1 : 0)) }
                .map { String($0.prefix { $0 != " " }) }
            #expect(places.sorted() == ["a.yaml:1:10:", "a.yaml:1:3:", "a.yaml:2:3:", "plan.yaml:11:78:"])
            #expect(problems.first?.hasPrefix("plan.yaml") == true)
        }
    }
}
