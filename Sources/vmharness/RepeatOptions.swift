import ArgumentParser
import RunRecord

/// How often a kernel must pass before it counts as good.
struct RepeatOptions: ParsableArguments {
    @Option(help: "A kernel is good once it has passed this often, and bad as soon as it fails (default: 1).")
    var repeats: Int?

    @Option(
        help: ArgumentHelp(
            "How often the bad kernel fails, from 0 to 1: as many repeats as let it slip through at most 5 times in 100.",
            valueName: "rate"))
    var failureRate: Double?

    func validate() throws {
        guard repeats == nil || failureRate == nil else {
            throw ValidationError("--repeats and --failure-rate say the same: give one.")
        }
        guard repeats.map((1...1000).contains) ?? true else {
            throw ValidationError("--repeats must be from 1 to 1000.")
        }
        guard failureRate.map({ $0 >= 0.003 && $0 <= 1 }) ?? true else {
            throw ValidationError("--failure-rate must be from 0.003 (1000 repeats) to 1.")
        }
    }

    /// True if the command line says nothing of it.
    var isUnsaid: Bool { repeats == nil && failureRate == nil }

    /// How often a kernel must pass to be good.
    var passes: Int { repeats ?? failureRate.map { Bisection.passes(forRate: $0) } ?? 1 }
}
