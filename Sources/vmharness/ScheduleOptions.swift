import ArgumentParser
import Runner

/// How many cells at a time, and when to stop, for every command that runs several.
struct ScheduleOptions: ParsableArguments {
    @Option(help: "Cells at the same time; shards of a suite are guests beside.")
    var jobs: Int = 1

    func validate() throws {
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs must be from 1 to 256.") }
    }

    var schedule: Schedule {
        var schedule = Schedule()
        schedule.jobs = .most(jobs)
        return schedule
    }
}
