import ArgumentParser
import Foundation
import HostProcess
import ResultStore
import Runner
import TestPlan

/// `vmharness results …`
struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results", abstract: "Shows what earlier runs have found.",
        discussion:
            "A run is named by its id, the beginning of one, its directory, or `latest`; `previous` is the latest before that of the same plans and kernels.",
        subcommands: [
            ResultsList.self, ResultsShow.self, ResultsCompare.self, ResultsHistory.self, ResultsFlaky.self,
            ResultsExport.self, ResultsExpunges.self, ResultsRejudge.self, ResultsRebuild.self,
        ])

    /// The user's store.
    ///
    /// - Throws: `Failure`.
    static func store() throws -> ResultStore { try ResultStore.open(ResultStore.standardPath) }

    /// Refuses a plan that no run has.
    ///
    /// - Throws: `Failure` with the nearest spelling.
    static func check(plan: String, in store: ResultStore) throws {
        let plans = try store.plans()
        guard !plans.contains(plan) else { return }
        throw Failure(
            "no run of this plan is recorded", on: plan,
            advice: nearestSpelling(of: plan, among: plans).map { "did you mean '\($0)'?" }
                ?? "`vmharness results list` shows the runs, `vmharness results rebuild` reads them again",
            blame: .request)
    }
}

extension Date {
    /// In local time, to the minute: `2026-11-21 13:04`.
    var toTheMinute: String {
        var seconds = time_t(timeIntervalSince1970)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func two(_ value: Int32) -> String { (value < 10 ? "0" : "") + "\(value)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min))"
    }
}
