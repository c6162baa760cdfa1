public import TestPlan

/// The suite that a step runs; nil for a step that has no cases which could go on elsewhere.
public func suite(of step: PlanStep) -> (any Suite)? {
    switch step.action {
    case .fstests(let request): FstestsSuite(request)
    case .kselftest(let request): KselftestSuite(request: request, timeout: step.timeout)
    case .suite(let request) where request.list != nil: ProgramSuite(request: request, timeout: step.timeout)
    default: nil
    }
}
