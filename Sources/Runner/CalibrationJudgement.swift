public import RunRecord
public import TestPlan

/// Whether a plan did on a kernel what its calibration says.
public struct CalibrationJudgement: Sendable, Hashable {
    /// The kernel as the plan names it.
    public let kernel: String
    /// What was expected, in words.
    public let expected: String
    /// What came, in words.
    public let actual: String
    /// True if they agree.
    public let holds: Bool
    /// True if the cell was skipped, for the want of something that the plan does without: nothing is shown then.
    public let isSkipped: Bool

    /// One line about it.
    public var text: String {
        let verdict = holds ? "calibrated" : isSkipped ? "not shown" : "NOT CALIBRATED"
        return "\(verdict): \(kernel) \(expected)" + (holds ? "" : ", but it \(actual)")
    }

    /// Compares a run with the plan's calibration.
    ///
    /// - Parameters:
    ///   - plan: whose calibration.
    ///   - run: holds a cell for each of its kernels.
    public static func judge(_ plan: TestPlan, _ run: RunRecord) -> [CalibrationJudgement] {
        func cells(_ expectation: Calibration.Expectation) -> [CellRecord?] {
            let cells = run.cells.filter { cell in
                cell.plan == plan.name && cell.kernel == "\(expectation.kernel)"
                    && cell.mutation == expectation.mutation
                    && expectation.settings.allSatisfy { cell.parameters[$0.key] == $0.value }
            }
            return cells.isEmpty ? [nil] : cells
        }
        let failing = plan.calibration.fails.flatMap { expectation in
            cells(expectation).map { cell in
                let titles = cell?.findings.filter { $0.severity == .failure }.map(\.title) ?? []
                // As in a matrix with `expect: calibration`.
                let expectedFailure = CellExpectation(
                    .fail, finding: expectation.finding, isOfCalibration: true, source: "\(expectation.location)")
                let expected = "must fail" + (expectation.finding.map { " with '\($0)'" } ?? "")
                let with = titles.isEmpty ? "" : " with " + titles.map { "'\($0)'" }.joined(separator: ", ")
                return CalibrationJudgement(
                    kernel: subject(expectation, cell, plan), expected: expected,
                    actual: words(cell) + (cell?.verdict == .skip ? because(cell) : with),
                    holds: cell.flatMap(expectedFailure.isMet) == true,
                    isSkipped: cell?.verdict == .skip)
            }
        }
        let passing = plan.calibration.passes.flatMap { expectation in
            cells(expectation).map { cell in
                CalibrationJudgement(
                    kernel: subject(expectation, cell, plan), expected: "must pass",
                    actual: words(cell) + because(cell), holds: cell?.verdict == .pass,
                    isSkipped: cell?.verdict == .skip)
            }
        }
        return failing + passing
    }

    /// 0 if all hold that were not skipped, and one at least does; 3 if our side kept one from being shown; else 1.
    public static func exitStatus(_ judgements: [CalibrationJudgement], _ run: RunRecord) -> Int32 {
        if judgements.allSatisfy({ $0.holds || $0.isSkipped }), judgements.contains(where: \.holds) { return 0 }
        return run.cells.contains { $0.verdict == .error } ? 3 : 1
    }

    /// The kernel with the values that tell the cell from the others on it.
    private static func subject(
        _ expectation: Calibration.Expectation, _ cell: CellRecord?, _ plan: TestPlan
    ) -> String {
        guard let cell else { return expectation.subject }
        let values = plan.parameters.filter { $0.values.count > 1 }
            .compactMap { parameter in cell.parameters[parameter.name].map { "\(parameter.name)=\($0)" } }
        let mutation = cell.mutation.map { ["mutate=\($0)"] } ?? []
        return ([cell.kernel] + mutation + values).joined(separator: ", ")
    }

    private static func because(_ cell: CellRecord?) -> String { cell?.reason.map { ": \($0)" } ?? "" }

    private static func words(_ cell: CellRecord?) -> String {
        switch cell?.verdict {
        case .pass: "passed"
        case .fail: "failed"
        case .some(let verdict): "ended as \(verdict.rawValue)"
        case nil: "did not run"
        }
    }
}
