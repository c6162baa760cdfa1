import HostProcess
import Synchronization

/// The functions that could not be put back after the work that had them.
final class Unrestored: Sendable {
    private let failures = Mutex<[Failure]>([])

    func add(_ failure: Failure) { failures.withLock { $0.append(failure) } }

    /// - Throws: the first, after the others were printed.
    func throwFirst() throws {
        let all = failures.withLock { $0 }
        for failure in all.dropFirst() { Terminal.error("error: \(failure)") }
        if let first = all.first { throw first }
    }
}
