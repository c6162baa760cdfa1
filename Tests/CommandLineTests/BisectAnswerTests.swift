import Foundation
import GuestImage
import RunRecord
import SystemPackage
import TestPlan
import Testing

@testable import vmharness

@Suite struct BisectAnswerTests {
    private func answer(skipping skipped: Int...) throws -> BisectAnswer {
        let kernels = try ["5.10", "6.1", "6.12", "7.2"].map {
            KernelCandidate(
                name: try KernelName(parsing: "debian:\($0)"), release: $0, version: "\($0).1-1", isCached: true)
        }
        var bisection = Bisection(count: kernels.count, passes: 1)
        for (index, outcome) in [FailureCriterion.Outcome.passed, .passed, .failed, .failed].enumerated() {
            if skipped.contains(index) {
                bisection.skip(index, because: "its module does not compile")
            } else {
                bisection.note(outcome, of: index)
            }
        }
        return BisectAnswer(
            BisectRow(kernels: kernels, notes: []), bisection,
            RunRecord(id: "r", vmharness: "0", command: [], started: .now), passes: 1,
            cells: kernels.map { _ in [] })
    }

    /// The first bad kernel is only known where nothing lies between it and the last good one.
    @Test func whatCouldNotBeJudgedIsNotPassedOver() throws {
        let found = try answer()
        #expect(found.document(directory: "/").answer == "found")
        #expect(found.text.contains("first bad ") && found.text.contains("last good "))

        let narrowed = try answer(skipping: 1, 2)
        let document = narrowed.document(directory: "/")
        #expect(document.answer == "narrowed" && document.unjudged.count == 2)
        #expect(narrowed.text.hasPrefix("narrowed down, not found: 2 kernels"), "\(narrowed.text)")
        #expect(!narrowed.text.contains("first bad") && !narrowed.text.contains("last good"))
        #expect(narrowed.exitStatus == 0)
    }
}
