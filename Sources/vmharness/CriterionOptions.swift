import ArgumentParser
import RunRecord

/// What counts as a failure, for the commands that compare cells.
struct CriterionOptions: ParsableArguments {
    @Option(name: .customLong("case"), help: "Only this case counts, by its name in the record.")
    var testCase: String?

    @Option(
        help: ArgumentHelp(
            "Only failures with a finding whose title holds this count; who fails otherwise says nothing.",
            valueName: "text"))
    var finding: String?

    func validate() throws {
        guard testCase != "", finding != "" else { throw ValidationError("--case and --finding take a text.") }
    }

    /// True if the command line says nothing of it.
    var isUnsaid: Bool { testCase == nil && finding == nil }

    /// - Parameter countsBoot: a guest that does not come up has failed.
    func criterion(countsBoot: Bool) -> FailureCriterion {
        FailureCriterion(testCase: testCase, finding: finding, countsBoot: countsBoot)
    }
}
