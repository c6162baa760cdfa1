import Testing

@testable import TestPlan

@Suite struct KnownIssueFileTests {
    private func parse(_ text: String) throws -> [KnownIssue] {
        try KnownIssueFile.parse(Array(text.utf8), file: "known-issues.yaml", plans: ["virtiofs-kvec", "dm-swap-soak"])
    }

    @Test("every key")
    func whole() throws {
        let issues = try parse(
            """
            - plan: virtiofs-kvec
              case: module.insert
              with: {size: 10MiB}
              title: WARNING in __alloc_pages
              kernels: ">=6.1 <6.5"
              reason: virtiofs copies a kvec into one buffer
              link: https://example.org/1
              expires: 2027-01-31
            - title: [hang in f, hang in g]
              plan: [dm-swap-soak, mine]
              kernels: [debian:5.10, "<5.10.200"]
              case: ["generic/*"]
              reason: r
            - title: t
              reason: for all plans
            """)
        #expect(issues.count == 3)
        #expect(issues[0].plans == ["virtiofs-kvec"] && issues[0].cases == ["module.insert"])
        #expect(issues[0].settings == ["size": "10MiB"] && issues[0].findings == ["WARNING in __alloc_pages"])
        #expect(issues[0].kernels.map(\.description) == [">=6.1 <6.5"])
        #expect(issues[0].link == "https://example.org/1" && issues[0].expires == "2027-01-31")
        #expect(issues[1].findings == ["hang in f", "hang in g"])
        #expect(issues[1].kernels.map(\.description) == ["debian:5.10", "<5.10.200"])
        #expect("\(issues[1].location)" == "known-issues.yaml:9:3")
        #expect(issues[2].plans.isEmpty && issues[2].kernels.isEmpty)
    }

    @Test(
        "what is wrong is refused with its line and the nearest spelling",
        arguments: [
            ("- {title: t, reason: r, kernel: 6.1}", "1:25: unknown key 'kernel'", "did you mean 'kernels'?"),
            ("- {title: t, reason: r, plan: virtiofs-kvek}", "1:31: there is no plan", "did you mean 'virtiofs-kvec'?"),
            ("- {title: t, reason: r, plan: A b}", "1:31: 'plan' must be the name", "for all plans"),
            ("- {title: t, reason: r, kernels: \"=>6.1\"}", "1:34: ", "did you mean '>='?"),
            ("- {title: t, reason: r, expires: 31.1.2027}", "1:34: ", "2027-01-31"),
            ("- {title: t, reason: r, expires: 2027-02-30}", "1:34: ", "must be a day"),
            ("- {title: t, reason: r, case: \"a*b\"}", "1:31: ", "only the rest"),
            ("- {title: t, reason: r, link: lore}", "1:31: ", "https://"),
            ("- {reason: r}", "1:3: ", "'title'"), ("- {title: t}", "1:3: ", "'reason'"),
            ("- {title: [], reason: r}", "1:11: ", "is empty"),
            ("- {title: t, reason: r, with: x}", "1:31: ", "mapping"),
            ("title: t", "1:1: ", "must be a list"),
        ])
    func refusals(text: String, place: String, words: String) throws {
        let refusal = try #require(throws: InvalidFile.self) { try parse(text) }
        #expect("\(refusal)".contains("known-issues.yaml:\(place)"), "\(refusal)")
        #expect("\(refusal)".contains(words), "\(refusal)")
    }

    @Test(
        "a case is named with or without its section, and a beginning stands for the rest",
        arguments: [
            ("generic/208", true), ("ext4-1k/generic/208", true), ("generic/208 #2", true), ("generic/2080", false),
            ("soak over a file", true), ("xfs/1", true), ("s/xfs/99", true), ("xf/1", false),
        ])
    func cases(name: String, isNamed: Bool) throws {
        let issue = try #require(
            try parse("- {title: t, reason: r, case: [generic/208, soak over a file, xfs/*]}").first)
        #expect(issue.names(name) == isNamed)
    }
}
