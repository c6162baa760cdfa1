public import TestPlan

/// The suite behind a step; nil for a step that has no cases of its own.
public func suite(of step: PlanStep) -> (any Suite)? {
    switch step.action {
    case .suite(let request) where request.list != nil: ProgramSuite(request: request, timeout: step.timeout)
    default: nil
    }
}
