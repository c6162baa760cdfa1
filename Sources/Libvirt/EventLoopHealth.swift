#if Libvirt
    import Foundation
    import Synchronization

    /// Whether libvirt's event loop goes round, and who wants to know: without it no event comes any more.
    final class EventLoopHealth: Sendable {
        /// Failures in a row after which nothing more is expected of the loop.
        static let patience = 20

        private struct State {
            var watchers: [ObjectIdentifier: @Sendable (String) -> Void] = [:]
            var failures = 0
        }
        private let state = Mutex(State())

        /// Tells of a loop that fails again and again.
        ///
        /// - Parameters:
        ///   - watcher: for whom; until `unwatch`.
        ///   - report: gets the reason in a clause. Called on the loop's thread.
        func watch(_ watcher: AnyObject, _ report: @Sendable @escaping (String) -> Void) {
            state.withLock { $0.watchers[ObjectIdentifier(watcher)] = report }
        }

        func unwatch(_ watcher: AnyObject) {
            _ = state.withLock { $0.watchers.removeValue(forKey: ObjectIdentifier(watcher)) }
        }

        /// Goes round once. A failure is followed by a short pause, for what it came of may pass.
        ///
        /// - Parameters:
        ///   - pause: after a failure.
        ///   - once: libvirt's round; its answer is why it failed, nil if it did not.
        func run(pause: Duration = .milliseconds(100), _ once: () -> String?) {
            guard let reason = once() else {
                state.withLock { $0.failures = 0 }
                return
            }
            let reports = state.withLock { state in
                state.failures += 1
                return state.failures.isMultiple(of: Self.patience) ? Array(state.watchers.values) : []
            }
            for report in reports { report("its event loop fails: \(reason)") }
            Thread.sleep(forTimeInterval: pause / .seconds(1))
        }
    }
#endif
