import Foundation
import RunRecord
import TestPlan

/// Which cases of a suite's step are not to be run on the cell's kernel, and why.
struct SuiteExpunges: Sendable {
    private let options: SuiteOptions
    private let fstests: FstestsRequest?
    private let kernel: KernelVersion?
    private let today: String

    /// - Parameters:
    ///   - step: the suite's.
    ///   - kernel: the kernel's version and, for one without a package, its release: `6.1.192-2`, `6.12.3`.
    ///   - date: today.
    init?(_ step: PlanStep, kernel: [String], date: Date = Date()) {
        guard let options = step.action.suiteOptions else { return nil }
        self.options = options
        if case .fstests(let request) = step.action { fstests = request } else { fstests = nil }
        self.kernel = kernel.lazy.compactMap { KernelVersion($0) }.first
        today = String(date.ISO8601Format().prefix(10))
    }

    /// The expunge that holds for a case; nil if it is to run.
    func expunge(for name: String) -> ExpungeRecord? {
        let filesystem = fstests?.place(ofCase: name)?.section.filesystem.rawValue
        return options.expunge(for: name, filesystem: filesystem, kernel: kernel, today: today).map { expunge in
            ExpungeRecord(
                test: expunge.test, scope: expunge.scope, reason: expunge.reason, location: "\(expunge.location)")
        }
    }

    /// Those that no longer hold since their day has come, a sentence each.
    var expired: [String] {
        options.expiredExpunges(on: today).map { "the expunge of \($0.test) has expired (\($0.location))" }
    }
}
