/// Runs an operation with a wall-clock limit.
///
/// - Parameters:
///   - limit: how long it may take.
///   - error: thrown when the time is up, after the operation's task has ended.
///   - operation: cancelled when the time is up.
/// - Throws: `error`, or what the operation throws.
public func withTimeout<Value: Sendable>(
    _ limit: Duration,
    orThrow error: @autoclosure @Sendable @escaping () -> any Error,
    _ operation: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        guard let value = first else { throw error() }
        return value
    }
}

/// Runs an operation with a wall-clock limit; nil when the time is up.
///
/// - Parameters:
///   - limit: how long it may take.
///   - operation: cancelled when the time is up.
/// - Throws: what the operation throws.
public func withTimeout<Value: Sendable>(
    _ limit: Duration,
    _ operation: @Sendable @escaping () async throws -> Value
) async throws -> Value? {
    do {
        return try await withTimeout(limit, orThrow: TimeUp(), operation)
    } catch is TimeUp {
        return nil
    }
}

private struct TimeUp: Error {}
