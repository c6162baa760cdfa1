import Foundation
import Testing

@testable import TestPlan

/// What cells a matrix comes to.
@Suite struct MatrixTests {
    @Test func everyCombinationOnce() throws {
        #expect(
            try MatrixFixture.cells("{plans: one, kernels: [debian:6.1, debian:6.12], backends: [qemu, libvirt]}") == [
                "one on debian:6.1 mode=fast backend=qemu", "one on debian:6.1 mode=fast backend=libvirt",
                "one on debian:6.1 mode=slow backend=qemu", "one on debian:6.1 mode=slow backend=libvirt",
                "one on debian:6.12 mode=fast backend=qemu", "one on debian:6.12 mode=fast backend=libvirt",
                "one on debian:6.12 mode=slow backend=qemu", "one on debian:6.12 mode=slow backend=libvirt",
            ])
    }

    @Test func whatIsLeftOutIsThePlans() throws {
        // The kernels of the calibration, without the mutation and with it; and all values.
        #expect(
            try MatrixFixture.cells("{plans: one, mutations: [none, broken], parameters: {mode: slow}}") == [
                "one on debian:5.10 mode=slow", "one on debian:6.1 mode=slow",
                "one on debian:6.12 mode=slow mutate=broken",
            ])
    }

    @Test func valuesOfAParameterWithoutAListAreTold() throws {
        let matrix = try MatrixFixture.read(
            "name: m\ncells:\n  - {plans: one, kernels: host, parameters: {mode: fast, size: [1MiB, 2MiB]}, repeat: 2}\n"
        )
        #expect(
            matrix.cells.map(MatrixFixture.words) == [
                "one on host mode=fast repetition 1", "one on host mode=fast repetition 2",
                "one on host mode=fast size=2MiB repetition 1", "one on host mode=fast size=2MiB repetition 2",
            ])
        guard case .run(.arguments(let words), _, _) = matrix.cells[2].plan.steps[0].action else {
            Issue.record("the first step runs a command")
            return
        }
        #expect(words == ["test", "fast", "2MiB"])
    }

    /// By its name and by its path a plan is one.
    @Test func plansByNameByPathAndByPattern() throws {
        #expect(
            try MatrixFixture.cells(
                "{plans: ['t*', plans/two, ./own/mine], kernels: host}", "{plans: 'own/*', kernels: debian:6.1}")
                == ["two on host", "mine on host", "mine on debian:6.1"])
    }

    @Test func exclusionsAndInclusions() throws {
        #expect(
            try MatrixFixture.cells(
                """
                {plans: [one, two], kernels: [debian:5.10, debian:6.1, debian:6.12],
                    exclude: [{plan: one, kernel: "debian:6.*"}, {parameters: {mode: slow}}, {kernel: debian:6.1}],
                    include: [{plan: one, kernel: debian:6.12, mutation: broken, parameters: {mode: slow}}]}
                """) == [
                    "one on debian:5.10 mode=fast", "two on debian:5.10", "two on debian:6.12",
                    "one on debian:6.12 mode=slow mutate=broken",
                ])
    }

    @Test func defaultsAreOfTheItemsThatDoNotSayOtherwise() throws {
        let matrix = try MatrixFixture.read(
            """
            name: m
            defaults: {kernels: host, repeat: 2, expect: pass}
            cells:
              - {plans: two}
              - {plans: own/mine, kernels: debian:6.1, repeat: 1, expect: skip}

            """)
        #expect(
            matrix.cells.map(MatrixFixture.words) == [
                "two on host repetition 1 pass", "two on host repetition 2 pass", "mine on debian:6.1 skip",
            ])
    }

    @Test func whatIsAskedForTwiceIsRunOnceAndTold() throws {
        let matrix = try MatrixFixture.read(
            "name: m\ncells:\n  - {plans: two, kernels: host}\n  - {plans: '*', kernels: host, parameters: {}, expect: pass}\n"
        )
        #expect(
            matrix.cells.map(MatrixFixture.words) == [
                "two on host pass", "one on host mode=fast pass", "one on host mode=slow pass",
            ])
        #expect(matrix.repeated.map(\.cell) == ["two on host"])
        #expect(matrix.repeated.map(\.first.line) == [3] && matrix.repeated.map(\.again.line) == [4])
    }

    // MARK: Expectations

    @Test func theCalibrationSaysOfItsOwnKernelsAndValues() throws {
        #expect(
            try MatrixFixture.cells(
                "{plans: one, kernels: [debian:5.10, debian:6.1, debian:6.12], mutations: [none, broken], expect: calibration}"
            ) == [
                // Of the fast mode on 5.10 it says nothing.
                "one on debian:5.10 mode=fast", "one on debian:5.10 mode=slow fail 'BUG in f'",
                "one on debian:6.1 mode=fast pass", "one on debian:6.1 mode=slow pass",
                "one on debian:6.12 mode=fast", "one on debian:6.12 mode=slow",
                "one on debian:5.10 mode=fast mutate=broken", "one on debian:5.10 mode=slow mutate=broken",
                "one on debian:6.1 mode=fast mutate=broken", "one on debian:6.1 mode=slow mutate=broken",
                "one on debian:6.12 mode=fast mutate=broken fail", "one on debian:6.12 mode=slow mutate=broken fail",
            ])
    }

    @Test func theFirstThatIsAboutACellCounts() throws {
        #expect(
            try MatrixFixture.cells(
                """
                {plans: one, kernels: [debian:5.10, debian:6.1], backends: libvirt, expect: [
                    {kernel: "*6.1", parameters: {mode: fast}, outcome: known, finding: x}, calibration,
                    {backend: libvirt, outcome: skip}]}
                """) == [
                    "one on debian:5.10 mode=fast backend=libvirt skip",
                    "one on debian:5.10 mode=slow backend=libvirt fail 'BUG in f'",
                    "one on debian:6.1 mode=fast backend=libvirt known 'x'",
                    "one on debian:6.1 mode=slow backend=libvirt pass",
                ])
    }

    // MARK: Mistakes

    @Test(arguments: [
        ("plans: twoo", "matrix.yaml:4:12: there is no plan 'twoo' in '/plans': did you mean 'two'?"),
        ("plans: ./nowhere", "matrix.yaml:4:12: there is no plan at '/./nowhere': paths are relative"),
        ("plans: 'x*'", "matrix.yaml:4:12: no plan in '/plans' is called so: 'x*'"),
        (
            "plans: two\n    kernels: debain:6.1",
            "matrix.yaml:5:14: 'debain:6.1' is not the name of a kernel: did you mean"
        ),
        (
            "plans: two\n    kernel: debian:6.1",
            "matrix.yaml:5:5: unknown key 'kernel' in an item of 'cells': did you mean 'kernels'?"
        ),
        ("plans: two", "matrix.yaml:4:12: plan two has no kernel to run on: add 'kernels'"),
        (
            "plans: one\n    parameters: {mod: fast}",
            "matrix.yaml:5:18: plan one has no parameter 'mod': did you mean 'mode'?"
        ),
        (
            "plans: one\n    parameters: {mode: [fast, slw]}",
            "matrix.yaml:5:31: parameter 'mode' of plan one cannot be 'slw': did you mean 'slow'?"
        ),
        (
            "plans: one\n    mutations: [none, borken]",
            "matrix.yaml:5:23: plan one has no mutation 'borken': did you mean 'broken'?"
        ),
        (
            "plans: one\n    backends: [qemu, libvrt]",
            "matrix.yaml:5:22: 'backends' in an item of 'cells' must be qemu or libvirt, not 'libvrt': did you mean 'libvirt'?"
        ),
        ("plans: one\n    repeat: 0", "matrix.yaml:5:13: 'repeat' in an item of 'cells' must be a whole number from 1"),
        ("plans: one\n    kernels: [host, host]", "matrix.yaml:5:21: 'kernels' in an item of 'cells' has 'host' twice"),
        (
            "plans: one\n    exclude: [{kernel: debian:5.11}]",
            "matrix.yaml:5:15: the exclusion is about no cell: did you mean 'debian:5.10'?"
        ),
        (
            "plans: one\n    exclude: [{parameters: {mode: slo}}]",
            "matrix.yaml:5:15: the exclusion is about no cell: did you mean 'slow'?"
        ),
        ("plans: one\n    exclude: [{}]", "matrix.yaml:5:15: an exclusion names nothing, and would exclude all"),
        (
            "plans: one\n    expect: [pass, {kernel: debian:6.1, outcome: fail}]",
            "matrix.yaml:5:20: the expectation is about no cell"
        ),
        (
            "plans: two\n    kernels: host\n    expect: calibration",
            "matrix.yaml:6:13: the expectation is about no cell"
        ),
        (
            "plans: one\n    expect: fial",
            "matrix.yaml:5:13: 'expect' in an item of 'cells' must be calibration, pass, fail, known or skip, "
                + "not 'fial': did you mean 'fail'?"
        ),
        (
            "plans: one\n    expect: {outcome: pass, finding: x}",
            "matrix.yaml:5:29: only what fails has a finding: write 'outcome: fail'"
        ),
        (
            "plans: one\n    include: [{kernel: [host, debian:6.1]}]",
            "matrix.yaml:5:16: 'kernel' in an inclusion has several values"
        ),
        (
            "plans: one\n    repeat: 10000\n    parameters: {size: [1MiB, 2MiB, 3MiB]}",
            "matrix.yaml:4:5: the matrix has more than 100000 cells: divide it"
        ),
        (
            "plans: two\n    kernels: host\n    expect: pass\n  - plans: two\n    kernels: host\n    expect: fail",
            "matrix.yaml:7:12: of two on host something else is expected than in line 4"
        ),
        ("plans: one\n    exclude: [{plan: one}]", "matrix.yaml:1:1: the matrix has no cell"),
    ])
    func isRefused(item: String, problem: String) {
        let problems = MatrixFixture.problems("name: m\nsummary: s\ncells:\n  - \(item)\n")
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
    }

    @Test func allProblemsAtOnceInTheOrderOfTheFile() {
        let problems = MatrixFixture.problems(
            """
            nam: m
            cells:
              - {plans: [twoo, one], kernels: 6.1, expect: passs}
              - {plans: one, parameters: {mode: slw}}

            """)
        #expect(
            problems.map { String($0.prefix { $0 != " " }) } == [
                "matrix.yaml:1:1:", "matrix.yaml:1:1:", "matrix.yaml:3:14:", "matrix.yaml:3:35:", "matrix.yaml:3:48:",
                "matrix.yaml:4:37:",
            ], "\(problems)")
    }

    @Test func patternsMatchWholeTexts() {
        for (pattern, text, matches) in [
            ("debian:5.*", "debian:5.10", true), ("debian:5.*", "debian:6.5.1", false), ("*", "", true),
            ("a", "ab", false),
            ("a*c*", "abcd", true), ("*b*b", "ab", false), ("*b*b", "abb", true), ("a*a", "a", false),
        ] {
            #expect(MatrixPattern.matches(pattern, text) == matches, "\(pattern) \(text)")
        }
    }

    // MARK: What is shipped and documented

    @Test(arguments: ["matrix.yaml", "smoke.yaml"])
    func ourOwnExpectSomethingOfEveryCell(name: String) throws {
        let matrix = try Matrix.read("\(repositoryRoot)/ci/\(name)", plans: ShippedPlanTests.library)
        #expect(matrix.cells.allSatisfy { $0.expectation != nil })
        #expect(Set(matrix.cells.map { $0.expectation?.outcome }) == [.pass, .fail])
        #expect(matrix.repeated.isEmpty)
    }

    @Test func theNightlyMatrixHasTheFivePlans() throws {
        let matrix = try Matrix.read("\(repositoryRoot)/ci/matrix.yaml", plans: ShippedPlanTests.library)
        let calibrated = try ShippedPlanTests.library.names().filter { !ShippedPlanTests.ofTheHarness.contains($0) }
        #expect(Set(matrix.cells.map(\.plan.name)) == Set(calibrated).subtracting(["dm-swap-soak"]))
    }

    @Test func theDocumentedExampleIsAMatrix() throws {
        let document = try String(contentsOfFile: repositoryRoot + "/docs/matrix.md", encoding: .utf8)
        let example = try #require(
            document.components(separatedBy: "```yaml\n").dropFirst().first?.components(separatedBy: "```").first)
        // A plan of the reader's own, whose place is his matter.
        let text = example.replacing("./testplans/our-own", with: "virtiofs-kvec").replacing(
            "[virtiofs-kvec, virtiofs-kvec]", with: "virtiofs-kvec")
        let matrix = try Matrix.parse(Array(text.utf8), file: "matrix.yaml", plans: ShippedPlanTests.library)
        #expect(matrix.cells.count > 60)
        #expect(matrix.cells.contains { $0.expectation?.finding == "WARNING in __alloc_pages" })
    }

    @Test func manyCellsAreReadInATimeThatOneWaits() throws {
        // 100 000 cells of two plans: as many as there may be.
        let matrix = try MatrixFixture.read(
            "name: m\ncells:\n  - {plans: two, kernels: [host, debian:6.1, debian:5.10, debian:6.12, debian:7.2], repeat: 10000, backends: [qemu, libvirt]}\n"
        )
        #expect(matrix.cells.count == 100_000)
    }
}
