import Synchronization

/// An event that happens once and that any number of tasks can await.
public final class Signal: Sendable {
    private struct State {
        var fired = false
        var next = 0
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
    }
    private let state = Mutex(State())

    /// A signal that has not fired.
    public init() {}

    /// True once it has fired.
    public var hasFired: Bool { state.withLock { $0.fired } }

    /// Fires it. Firing again does nothing.
    public func fire() {
        let waiting = state.withLock { state in
            state.fired = true
            defer { state.waiting.removeAll() }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until it fires.
    ///
    /// - Throws: `CancellationError`.
    public func wait() async throws {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let now: Result<Void, any Error>? = state.withLock { state in
                    if state.fired { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting[ticket] = continuation
                    return nil
                }
                if let now { continuation.resume(with: now) }
            }
        } onCancel: {
            let continuation = state.withLock { $0.waiting.removeValue(forKey: ticket) }
            continuation?.resume(throwing: CancellationError())
        }
    }
}
