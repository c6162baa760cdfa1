public import TestPlan

/// The suite that a step runs, or nil for a step that runs none.
public func suite(of step: PlanStep) -> (any Suite)? {
    switch step.action {
    case .fstests(let request): FstestsSuite(request)
    // `kselftest` and `suite` go here.
    default: nil
    }
}
