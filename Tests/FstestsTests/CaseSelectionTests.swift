import Fstests
import HostProcess
import TestPlan
import Testing

/// Which cases a request asks for.
struct CaseSelectionTests {
    private let lists = [
        "generic": """
        # QA groups
        001 rw dir udf auto quick
        013 other ioctl udf auto quick
        208 auto aio
        1212 auto quick # not stress
        999-the-mark auto stress

        """,
        "ext4": "001 auto prealloc quick zero\n002 shutdown auto log\n", "xfs": "001 auto quick\n",
    ]

    private func select(
        _ filesystem: FstestsRequest.Filesystem = .ext4, tests: [String] = [], groups: [String] = [],
        excludedTests: [String] = [], excludedGroups: [String] = []
    ) throws -> CaseSelection {
        let request = FstestsRequest(
            sections: [], tests: tests, groups: groups, excludedTests: excludedTests, excludedGroups: excludedGroups)
        return try CaseSelection(request, on: filesystem, groupLists: lists)
    }

    @Test("a group has the generic cases and those of the file system, in check's order")
    func groups() throws {
        #expect(
            try select(groups: ["quick"]).cases == ["ext4/001", "generic/001", "generic/013", "generic/1212"])
        #expect(try select(.ext3, groups: ["shutdown"]).cases == ["ext4/002"])
        #expect(try select(.tmpfs, groups: ["quick"]).cases == ["generic/001", "generic/013", "generic/1212"])
        #expect(try select(.tmpfs, groups: ["xfs/quick"]).cases == ["xfs/001"])
        #expect(try select(.tmpfs, groups: ["all"]).cases.count == 5)
    }

    @Test("a comment names no group")
    func comments() throws {
        #expect(try select(.tmpfs, groups: ["stress"]).cases == ["generic/999-the-mark"])
    }

    @Test("names, patterns and numbers of named cases, together with groups and without those left out")
    func tests() throws {
        #expect(try select(tests: ["generic/208"]).cases == ["generic/208"])
        #expect(try select(tests: ["generic/999"]).cases == ["generic/999-the-mark"])
        #expect(try select(tests: ["generic/0?*"]).cases == ["generic/001", "generic/013"])
        #expect(try select(tests: ["*/001"]).cases == ["ext4/001", "generic/001", "xfs/001"])
        #expect(try select(tests: ["generic/001"], groups: ["aio"]).cases == ["generic/001", "generic/208"])
        let some = try select(.tmpfs, groups: ["auto"], excludedTests: ["generic/013"], excludedGroups: ["aio"])
        #expect(some.cases == ["generic/001", "generic/1212", "generic/999-the-mark"])
        #expect(some.excluded == ["generic/013"])
    }

    @Test("what the tree has not is refused by name")
    func refusals() throws {
        let tests = try #require(throws: Failure.self) { try select(tests: ["generic/001", "generic/4711", "x"]) }
        #expect(tests.subject == "generic/4711, x")
        #expect(tests.blame == .request)
        let group = try #require(throws: Failure.self) { try select(groups: ["quik"]) }
        #expect(group.subject == "quik")
        #expect(throws: Failure.self) { try select(tests: ["generic/001"], excludedTests: ["generic/001"]) }
    }
}
