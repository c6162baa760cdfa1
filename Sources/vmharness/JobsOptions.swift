import ArgumentParser
import Runner

/// How many cells at a time, for the commands that stop by themselves once they know enough.
struct JobsOptions: ParsableArguments {
    @Option(help: "Cells at the same time.")
    var jobs: Int = 1

    func validate() throws {
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs must be from 1 to 256.") }
    }

    /// As a schedule has it.
    var most: Schedule.Jobs { .most(jobs) }
}
