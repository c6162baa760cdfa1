extension PlanParser {
    static let fstestsKeys =
        ["tree", "otherwise"] + sectionKeys + ["sections", "tests", "groups", "exclude", "exclude-groups"]
        + suiteOptionKeys

    func fstests(_ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        let tree = reader.node("tree").flatMap { hostPath($0, reader.label("tree")) }
        let otherwise = reader.choice("otherwise", of: Requirements.Otherwise.self) ?? .refuse
        let testRule = "must be the name of a test such as generic/001"
        let groupRule = "must be the name of a group such as quick"
        let tests = distinct("tests", reader, testRule, isTestName)
        let groups = distinct("groups", reader, groupRule, isGroupName)
        let excludedTests = distinct("exclude", reader, testRule, isTestName)
        let excludedGroups = distinct("exclude-groups", reader, groupRule, isGroupName)
        if reader.node("tests") == nil, reader.node("groups") == nil {
            problems.report(
                "\(reader.subject) has neither 'tests' nor 'groups'", at: reader.location,
                advice: "add 'groups: [auto]' for all that are meant to run by themselves")
        }
        refuseExcluded(tests, excludedTests, reader)
        for group in excludedGroups where groups.contains(group) {
            problems.report(
                "\(reader.subject) both names and excludes the group \(quoted(group))",
                at: reader.place(of: "exclude-groups"), advice: "keep one of them")
        }
        let sections = sections(reader, guest)
        let options = suiteOptions(reader)
        guard !sections.isEmpty else { return nil }
        return .fstests(
            FstestsRequest(
                tree: tree, otherwise: otherwise, sections: sections, tests: tests, groups: groups,
                excludedTests: excludedTests, excludedGroups: excludedGroups, options: options))
    }

    /// `DIRECTORY/NUMBER` with at least three digits, after which some trees have a name: `generic/001-mmap`.
    private func isTestName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && isGroupWord(parts[0]) && parts[1].prefix { "0"..."9" ~= $0 }.count >= 3
            && parts[1].allSatisfy { isLetterOrDigit($0) || $0 == "-" }
    }

    /// `GROUP`, or `DIRECTORY/GROUP` for one directory's.
    private func isGroupName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return 1...2 ~= parts.count && parts.allSatisfy(isGroupWord)
    }

    private func isGroupWord(_ word: Substring) -> Bool {
        guard let first = word.first, isLetterOrDigit(first) else { return false }
        return word.allSatisfy { isLetterOrDigit($0) || $0 == "_" || $0 == "-" }
    }
}
