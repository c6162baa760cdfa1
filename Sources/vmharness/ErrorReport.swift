import ArgumentParser
import Foundation
import HostProcess
import TestPlan

/// Ends the process with a verdict's exit status, printing nothing.
struct Ended: Error {
    let status: Int32
}

/// Errors as a person reads them, and the exit status that belongs to each.
enum ErrorReport {
    /// Prints the error to standard error (help goes to standard output).
    ///
    /// - Returns: the exit status: 0 for help, 2 for a wrong request, 3 for our side.
    static func print(_ error: any Error) -> Int32 {
        switch error {
        case let ended as Ended:
            return ended.status
        case let invalid as InvalidFile:
            for diagnostic in invalid.diagnostics { Terminal.error("\(diagnostic)") }
            return 2
        case let diagnostic as Diagnostic:
            Terminal.error("error: \(diagnostic)")
            return 2
        case let failure as Failure:
            Terminal.error("error: \(failure.what)" + (failure.subject.isEmpty ? "" : "\n   on: \(failure.subject)"))
            if !failure.advice.isEmpty { Terminal.error("   do: \(failure.advice)") }
            return failure.blame == .request ? 2 : 3
        case is CancellationError:
            Terminal.error("interrupted")
            return 3
        default:
            let status = VMHarness.exitCode(for: error)
            let message = VMHarness.fullMessage(for: error)
            if status == .success {
                Terminal.output(message)
                return 0
            }
            Terminal.error(message)
            return status == .validationFailure ? 2 : 3
        }
    }
}
