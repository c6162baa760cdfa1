import Foundation
import TestPlan
import Testing

/// `mutations`, and `mutate` in the calibration.
@Suite struct MutationPlanTests {
    private static let text =
        PlanText.head + PlanText.steps + """
            mutations:
              - {name: refused, module: vfio_iommu_type1, source: drivers/vfio, patch: a.patch}
            calibration:
              fails:
                - {kernel: "debian:6.1", mutate: refused}
              passes:
                - {kernel: "debian:6.1"}
            """

    private func problems(_ part: String = "", _ mistake: String = "") throws -> [String] {
        try withTemporaryDirectory { directory in
            try Data("--- a/x\n".utf8).write(to: URL(fileURLWithPath: "\(directory)/a.patch"))
            let text = part.isEmpty ? Self.text : Self.text.replacing(part, with: mistake)
            return PlanText.problems(of: text, directory: directory)
        }
    }

    @Test func aKernelIsCalibratedWithAMutationAndWithout() throws {
        try withTemporaryDirectory { directory in
            try Data("--- a/x\n".utf8).write(to: URL(fileURLWithPath: "\(directory)/a.patch"))
            let plan = try PlanText.plan(Self.text, directory: directory)
            let mutation = try plan.mutation(named: "refused")
            #expect(mutation.module == "vfio_iommu_type1")
            #expect(mutation.source == "drivers/vfio")
            #expect(mutation.patch.hasSuffix("/a.patch"))
            #expect(plan.calibration.fails.map(\.subject) == ["debian:6.1, mutate=refused"])
            #expect(plan.calibration.passes.map(\.mutation) == [nil])
            #expect(throws: Diagnostic.self) { try plan.mutation(named: "refuse") }
        }
    }

    @Test(arguments: [
        ("mutate: refused", "mutate: refusd", "the plan has no mutation 'refusd': did you mean 'refused'?"),
        ("mutate: refused", "mutated: refused", "unknown key 'mutated' in an item of 'fails' in calibration"),
        ("drivers/vfio", "/drivers/vfio", "'/drivers/vfio' is not a directory of the kernel's source"),
        ("drivers/vfio", "drivers/../vfio", "is not a directory of the kernel's source"),
        ("drivers/vfio", "--x", "is not a directory of the kernel's source"),
        ("a.patch", "b.patch", "cannot be found"),
        ("a.patch", "../a.patch", "is not a path below the plan"),
        ("name: refused", "name: Refused", "is not the name of a mutation"),
        ("vfio_iommu_type1", "vfio.ko", "must be the name of a module"),
        (
            "patch: a.patch}", "patch: a.patch}\n  - {name: refused, module: b, source: c, patch: a.patch}",
            "two mutations"
        ),
        ("patch: a.patch", "patsch: a.patch", "did you mean 'patch'?"),
        (
            "  passes:\n    - {kernel: \"debian:6.1\"}", "  passes:\n    - {kernel: \"debian:6.1\", mutate: refused}",
            "calibration names debian:6.1, mutate=refused a second time"
        ),
    ])
    func mistakesAreNamed(part: String, mistake: String, message: String) throws {
        let problems = try problems(part, mistake)
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
    }

    @Test func theSampleIsRight() throws { #expect(try problems() == []) }
}
