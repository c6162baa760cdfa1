import ArgumentParser
import Runner

/// How many cells at a time, and when to stop, for every command that runs several.
struct ScheduleOptions: ParsableArguments {
    /// `Schedule.Jobs`, for the command line.
    enum Jobs: ExpressibleByArgument {
        case auto
        case most(Int)

        init?(argument: String) {
            if argument == "auto" {
                self = .auto
            } else {
                guard let number = Int(argument) else { return nil }
                self = .most(number)
            }
        }
    }

    @Option(
        help: ArgumentHelp(
            "Cells at the same time, at most; auto takes what memory and CPUs allow, by what such cells took before. "
                + "Shards of a suite are guests beside.", valueName: "n|auto"))
    var jobs: Jobs?

    @Flag(help: "Start no further cell once one has failed; as --max-failures 1.")
    var failFast = false

    @Option(help: ArgumentHelp("Start no further cell once so many have failed.", valueName: "n"))
    var maxFailures: Int?

    @Option(
        help: ArgumentHelp(
            "Run a cell that failed up to so many times again; what then passes is flaky, not passed.", valueName: "n"))
    var retryFailed: Int = 0

    func validate() throws {
        if case .most(let number) = jobs {
            guard (1...256).contains(number) else { throw ValidationError("--jobs must be auto, or from 1 to 256.") }
        }
        if let maxFailures {
            guard !failFast else { throw ValidationError("--fail-fast and --max-failures say the same: give one.") }
            guard (1...1_000_000).contains(maxFailures) else {
                throw ValidationError("--max-failures must be from 1 to 1000000.")
            }
        }
        guard (0...100).contains(retryFailed) else { throw ValidationError("--retry-failed must be from 0 to 100.") }
    }

    /// One cell at a time unless the command line says otherwise.
    var schedule: Schedule { schedule(jobs: .most(1)) }

    /// In the order in which the cells were asked for, or, where several run at a time, what takes longest first.
    ///
    /// - Parameter jobs: how many cells at a time where the command line does not say.
    func schedule(jobs standard: Schedule.Jobs) -> Schedule {
        var schedule = Schedule()
        schedule.jobs =
            switch jobs {
            case .auto: .auto
            case .most(let number): .most(number)
            case nil: standard
            }
        // Side by side, what takes long had better not begin last.
        if schedule.jobs != .most(1) { schedule.order = .longestFirst }
        schedule.mostFailures = failFast ? 1 : maxFailures
        schedule.retries = retryFailed
        return schedule
    }
}
