/// Runs `body` beside tasks that serve it. They are cancelled when it returns or throws, and it is cancelled when one of
/// them throws; one that ends by itself changes nothing.
///
/// - Parameters:
///   - tasks: run from the beginning.
///   - body: what all of it is for.
/// - Throws: what `body` or one of the tasks throws; `CancellationError`.
public func withTasks<Value: Sendable>(
    _ tasks: (@Sendable () async throws -> Void)...,
    body: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        for task in tasks {
            group.addTask {
                try await task()
                return nil
            }
        }
        group.addTask { try await body() }
        defer { group.cancelAll() }
        while let value = try await group.next() {
            if let value { return value }
        }
        throw CancellationError()
    }
}
