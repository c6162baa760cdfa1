#if Libvirt
    import CLibvirt
    import Foundation
    import Synchronization

    /// A call of libvirt may wait for a daemon or for QEMU as long as these like.
    /// So none is made on a thread of Swift's pool, one that waits keeps no other
    /// waiting, and who waits for it goes on when the time is up.
    enum BlockingCall {
        private static let queue = DispatchQueue(label: "libvirt-calls", attributes: .concurrent)

        /// Makes a call and reads its error on the thread that made it.
        ///
        /// - Parameters:
        ///   - name: libvirt's name of the function.
        ///   - limit: how long to wait for it. A call that takes longer goes on by itself.
        ///   - isCancellable: cancellation ends the wait too. What tidies up must not be.
        ///   - body: makes it; nil is its failure.
        /// - Throws: `LibvirtError`; `CancellationError`.
        static func make<Value: Sendable>(
            _ name: String, limit: Duration = .seconds(180), isCancellable: Bool = false,
            _ body: @Sendable @escaping () -> Value?
        ) async throws -> Value {
            let outcome = Outcome<Value>()
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now() + limit / .seconds(1))
            timer.setEventHandler {
                let words = "no answer within \(limit)"
                outcome.set(.failure(LibvirtError(domain: "none", code: 0, message: words, call: name)))
            }
            timer.activate()
            defer { timer.cancel() }
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    outcome.wait(continuation)
                    queue.async {
                        virResetLastError()
                        if let value = body() {
                            outcome.set(.success(value))
                        } else {
                            outcome.set(.failure(LibvirtError.last(name)))
                        }
                    }
                }
            } onCancel: {
                if isCancellable { outcome.set(.failure(CancellationError())) }
            }
        }

        /// The text that a call has allocated, freed.
        static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
            guard let pointer else { return nil }
            defer { free(pointer) }
            return String(cString: pointer)
        }

        /// What comes first: the answer, the time or the cancellation. It is handed on and not kept: an answer may
        /// hold a connection open.
        private final class Outcome<Value: Sendable>: Sendable {
            private struct State {
                var result: Result<Value, any Error>?
                var continuation: CheckedContinuation<Value, any Error>?
                var isOver = false
            }
            private let state = Mutex(State())

            func wait(_ continuation: CheckedContinuation<Value, any Error>) {
                let result = state.withLock { state in
                    if state.result == nil { state.continuation = continuation }
                    defer { state.result = nil }
                    return state.result
                }
                if let result { continuation.resume(with: result) }
            }

            func set(_ result: Result<Value, any Error>) {
                let continuation = state.withLock { state in
                    guard !state.isOver else { return nil as CheckedContinuation<Value, any Error>? }
                    state.isOver = true
                    if state.continuation == nil { state.result = result }
                    defer { state.continuation = nil }
                    return state.continuation
                }
                continuation?.resume(with: result)
            }
        }
    }
#endif
