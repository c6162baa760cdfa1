import RunRecord
import Steps

/// What is thought of a step or a case before the console's findings are added.
struct Judgement: Sendable {
    var verdict: Verdict
    var reason: String?
    var findings: [Finding] = []
    var output = ""
    var cases: [StepCase] = []
    var files: [String] = []
    /// The guest cannot be used any more.
    var stops = false
    /// The guest is well: it makes sense to wait for the console's mark.
    var guestAnswers = false
    /// Something is stuck in the guest, but its shell answers.
    var shellAnswers = false
}
