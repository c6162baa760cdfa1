import Foundation
import HostProcess
import Synchronization

/// Runs a command's work in a host scope, and ends both on SIGINT, SIGTERM or
/// SIGHUP: the first signal cancels the work, which keeps its results; a second
/// one leaves at once, and the keeper sweeps up.
enum InterruptScope {
    private static let received = Mutex<Int32?>(nil)
    private static let holding = Mutex<Signal?>(nil)

    /// Why the work was cancelled; nil if it was not.
    static var reason: String? {
        received.withLock { $0 }.map { "interrupted by \(name($0))" }
    }

    /// - Throws: what `work` throws.
    static func run(_ work: @Sendable @escaping () async throws -> Void) async throws {
        let task = Task {
            try await HostScope.with { _ in
                LeftBindings.putBack()
                try await work()
            }
        }
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if let hold = holding.withLock({ $0 }) { return hold.fire() }
                let isFirst = received.withLock { first in
                    defer { first = first ?? number }
                    return first == nil
                }
                guard isFirst else { _exit(128 + number) }
                Terminal.error("\(name(number)): stopping, and keeping what there is (again: leave at once)")
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        try await task.value
    }

    /// Waits for Enter, or for a signal, which then means no more than that.
    ///
    /// - Throws: `CancellationError`.
    static func hold() async throws {
        let released = Signal()
        holding.withLock { $0 = released }
        defer { holding.withLock { $0 = nil } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await released.wait() }
            group.addTask { try await Keyboard.waitForEnter() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func name(_ number: Int32) -> String {
        switch number {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        default: "SIGHUP"
        }
    }
}
