import TestPlan
import Testing

/// `known`: failures that are expected.
@Suite struct KnownIssueTests {
    private static let text = """
        name: x
        summary: A plan for tests
        parameters:
          mode: {values: [pinned, control]}
        steps:
          - run: uname -r
        known:
          - with: {mode: pinned}
            findings: ["scrub: status 3"]
            reason: Pages that are pinned are written
            link: https://example.org/thread

        """

    @Test func anIssueIsRead() throws {
        let issue = try #require(try PlanText.plan(Self.text).known.first)
        #expect(issue.findings == ["scrub: status 3"])
        #expect(issue.text == "Pages that are pinned are written (https://example.org/thread)")
        #expect(issue.applies(to: ["mode": "pinned"]))
        #expect(!issue.applies(to: ["mode": "control"]))
        #expect("\(issue.location)" == "plan.yaml:8:5")
    }

    @Test(arguments: [
        (
            "findings: [\"scrub: status 3\"]", "findings: []",
            "plan.yaml:9:15: 'findings' in an item of 'known' is empty: add the title of a finding"
        ),
        (
            "    findings: [\"scrub: status 3\"]\n", "",
            "plan.yaml:8:5: an item of 'known' has no 'findings': add 'findings: …'"
        ),
        (
            "reason: Pages that are pinned are written", "reson: x",
            "plan.yaml:10:5: unknown key 'reson' in an item of 'known': did you mean 'reason'?"
        ),
        (
            "https://example.org/thread", "example.org",
            "plan.yaml:11:11: 'link' in an item of 'known' must be an address, not 'example.org': https://…"
        ),
        (
            "{mode: pinned}", "{mode: pined}",
            "plan.yaml:8:12: parameter 'mode' has no value 'pined': did you mean 'pinned'?"
        ),
    ])
    func mistakesAreNamed(part: String, mistake: String, message: String) {
        let problems = PlanText.problems(of: Self.text.replacing(part, with: mistake))
        #expect(problems.contains(message), "\(problems)")
    }
}
