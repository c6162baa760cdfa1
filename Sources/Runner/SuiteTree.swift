import Foundation
import Fstests
import GuestImage
import HostProcess
import SystemPackage
import TestPlan

/// The built trees that a plan's suites run, as images for its guests.
struct SuiteTree {
    /// The image; nil if no suite of the plan wants one, or there is none.
    var image: FilePath?
    /// The steps that have nothing to run, by their number from 1, and why.
    var absent: [Int: String] = [:]

    /// What names fstests' tree where the plan does not.
    static let variable = "VMHARNESS_FSTESTS"

    /// Finds and packs the trees.
    ///
    /// - Throws: `Failure` for a tree that is none, is not there though the plan cannot do without, or is the second.
    init(for plan: TestPlan, cache: Cache) async throws {
        var found: String?
        for (index, step) in plan.steps.enumerated() {
            guard case .fstests(let request) = step.action else { continue }
            let named = ProcessInfo.processInfo.environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
            guard let path = request.tree ?? named else {
                let reason = "no tree of fstests: name a built one with \(Self.variable)"
                guard request.otherwise == .skip else {
                    throw Failure(
                        "the plan runs fstests, and there is no tree of it", on: "\(step.location)",
                        advice: "name a built one with \(Self.variable), or with `tree` in the plan", blame: .request)
                }
                absent[index + 1] = reason
                continue
            }
            guard found == nil || found == path else {
                throw Failure(
                    "a second tree in one plan", on: "\(step.location)", advice: "the first is \(found!)",
                    blame: .request)
            }
            found = path
            image = try await TreeImage(cache: cache).image(of: FilePath(path), purpose: "fstests 1") { root in
                let tree = try FstestsTree(at: root, name: path)
                return TreeImage.Content(
                    root: tree.root, files: [GuestPlace.needsFile: Array(tree.needs.text.utf8)])
            }
        }
    }

    /// Why a plan has nothing to test at all: every step that would is absent.
    func lack(of plan: TestPlan) -> String? {
        let tests = plan.steps.enumerated().filter { $0.element.isCase }
        guard !tests.isEmpty, tests.allSatisfy({ absent[$0.offset + 1] != nil }) else { return nil }
        return absent[tests[0].offset + 1]
    }
}
