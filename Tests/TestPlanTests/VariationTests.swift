import TestPlan
import Testing

/// Parameters with several values: a guest of its own for each.
@Suite struct VariationTests {
    private static let text = """
        name: x
        summary: A plan for tests
        parameters:
          flags: {values: [noio, nofs, kernel]}
          size: 1MiB
        steps:
          - run: {command: [prepare], setup: true, when: {flags: [noio, nofs]}}
          - run: {command: [test, "${flags}"]}
          - run: {command: [more], when: {flags: kernel}}
          - run: {command: [less], unless: {flags: [noio, kernel]}}
        calibration:
          fails: [{kernel: "debian:5.10", with: {flags: noio}}, {kernel: "debian:5.10", with: {flags: nofs}}]
          passes: [{kernel: "debian:5.10", with: {flags: kernel}}, {kernel: "debian:6.1"}]
        requires: {config: [CONFIG_A=y], otherwise: skip}

        """

    @Test func everyValueIsARunUnlessOneIsSet() throws {
        let plan = try PlanText.plan(Self.text)
        #expect(plan.combinations(settings: [:]).map { $0["flags"] } == ["noio", "nofs", "kernel"])
        #expect(plan.combinations(settings: ["flags": "nofs"]) == [["flags": "nofs"]])
        #expect(plan.combinations(settings: ["size": "2MiB"]).allSatisfy { $0["size"] == "2MiB" })
        #expect(plan.values == ["flags": "noio", "size": "1MiB"])
        #expect(plan.variation == ["flags=noio"])
    }

    @Test(arguments: [
        ("noio", ["prepare", "test"]), ("nofs", ["prepare", "test", "less"]), ("kernel", ["test", "more"]),
    ])
    func stepsBelongToValues(value: String, programs: [String]) throws {
        let plan = try PlanText.plan(Self.text, settings: ["flags": value])
        let words = plan.steps.map { step -> String in
            guard case .run(.arguments(let words), _, _) = step.action else { return "" }
            return words[0]
        }
        #expect(words == programs)
        #expect(plan.steps[0].isSetup == (value != "kernel"))
    }

    /// A plan whose one test needs a large image boots the others from a small one.
    @Test(arguments: [("noio", "big"), ("nofs", "base"), ("kernel", "base")])
    func theImageMayDependOnAValue(value: String, image: String) throws {
        let text = Self.text + "guest: {image: [{name: big, when: {flags: noio}}, base]}\n"
        #expect(try PlanText.plan(text, settings: ["flags": value]).guest.image == image)
    }

    @Test(arguments: [
        ("[]", "plan.yaml:15:16: 'image' in guest is empty: write 'image: base'"),
        (
            "[{name: big, when: {flags: noio}}]",
            "plan.yaml:15:17: 'image' in guest names none for the other values: add a last item: - base"
        ),
        (
            "[base, {name: big, when: {flags: noio}}, base]",
            "plan.yaml:15:17: the items of 'image' in guest after 'base' never count: write it as the last"
        ),
        (
            "[{name: big, when: {flags: noi}}, base]",
            "plan.yaml:15:43: parameter 'flags' has no value 'noi': did you mean 'noio'?"
        ),
    ])
    func mistakesOfImagesAreNamed(image: String, message: String) {
        let problems = PlanText.problems(of: Self.text + "guest: {image: \(image)}\n")
        #expect(problems.contains(message), "\(problems)")
    }

    @Test func calibrationNamesValues() throws {
        let plan = try PlanText.plan(Self.text)
        #expect(plan.calibration.fails.map(\.settings) == [["flags": "noio"], ["flags": "nofs"]])
        #expect(plan.calibration.passes.map(\.subject) == ["debian:5.10, flags=kernel", "debian:6.1"])
        #expect(plan.requires.otherwise == .skip)
    }

    @Test(arguments: [
        ("flags: nofs}}]", "flags: noif}}]", "parameter 'flags' has no value 'noif'"),
        ("{flags: kernel}}\n", "{flags: kernle}}\n", "did you mean 'kernel'?"),
        ("values: [noio, nofs, kernel]", "values: [noio, noio, kernel, nofs]", "has the value 'noio' twice"),
        ("values: [noio", "default: a, values: [noio", "has both 'default' and 'values'"),
        ("otherwise: skip", "otherwise: skp", "'skip'"),
        ("unless: {flags: [noio, kernel]}", "unless: {flags: [noi]}", "has no value 'noi': did you mean 'noio'?"),
        ("with: {flags: nofs}", "with: {flags: noio}", "names debian:5.10, flags=noio a second time"),
        ("with: {flags: nofs}", "with: {size: 1MiB}", "unknown key 'size'"),
    ])
    func mistakesAreNamed(part: String, mistake: String, message: String) {
        let problems = PlanText.problems(of: Self.text.replacing(part, with: mistake))
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
    }

    @Test func onlyItsValuesCanBeSet() {
        let problems = PlanText.problems(of: Self.text, settings: ["flags": "noi"])
        #expect(problems == ["parameter 'flags' of plan x cannot be 'noi': did you mean 'noio'?"])
    }
}
