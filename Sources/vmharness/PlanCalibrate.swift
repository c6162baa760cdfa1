import ArgumentParser
import HostProcess
import Runner
import TestPlan

/// `vmharness plan calibrate PLAN`: a plan that was never seen failing proves nothing.
struct PlanCalibrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Shows that a plan fails on the kernels with the bug and passes on those without.")

    @Argument(help: "The plan's name or directory.", completion: Completions.plans) var plan: String
    @OptionGroup var guest: GuestOptions
    @OptionGroup var schedule: ScheduleOptions
    @OptionGroup var display: DisplayOptions

    func run() async throws {
        let plan = try guest.data.plan(plan)
        guard !plan.calibration.fails.isEmpty, !plan.calibration.passes.isEmpty else {
            throw Failure(
                "the plan names no kernel that must \(plan.calibration.fails.isEmpty ? "fail" : "pass")", on: plan.file,
                advice: "add both under `calibration`", blame: .request)
        }
        try await InterruptScope.run { try await calibrate(plan) }
    }

    private func calibrate(_ plan: TestPlan) async throws {
        var options = try guest.runOptions()
        options.schedule = schedule.schedule
        var cells: [Cell] = []
        for expectation in plan.calibration.fails + plan.calibration.passes {
            for settings in plan.combinations(settings: expectation.settings) {
                let cell = Cell(
                    plan: try guest.data.plan(self.plan, settings: settings), kernel: expectation.kernel,
                    mutation: try expectation.mutation.map(plan.mutation))
                if !cells.contains(where: { $0.id == cell.id }) { cells.append(cell) }
            }
        }
        let (run, directory) = try await CellSession.run(cells, options, isQuiet: display.quiet)
        Terminal.output(Summary(run, directory: directory).text)
        let judgements = CalibrationJudgement.judge(plan, run)
        for judgement in judgements { Terminal.output(judgement.text) }
        throw Ended(status: CalibrationJudgement.exitStatus(judgements, run))
    }
}
