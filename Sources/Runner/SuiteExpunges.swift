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
    ///   - package: the version of the kernel's package: `6.1.192-2`; empty without one.
    ///   - release: the kernel's: `6.12.3`.
    ///   - date: today; its day in UTC counts.
    init?(_ step: PlanStep, package: String, release: String, date: Date = Date()) {
        guard let options = step.action.suiteOptions else { return nil }
        self.options = options
        if case .fstests(let request) = step.action { fstests = request } else { fstests = nil }
        self.kernel = KernelVersion(package: package, release: release)
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
