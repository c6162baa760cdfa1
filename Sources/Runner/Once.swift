import HostProcess

/// What was made, or why it could not be, by what it is made of: each is tried once, however often it is asked for.
struct Once<Key: Hashable, Value> {
    private var results: [Key: Result<Value, Failure>] = [:]

    /// The value of a key.
    ///
    /// - Parameter make: makes it; not called again for the same key unless it threw something else than a `Failure`.
    /// - Throws: the `Failure` of the first time; what else `make` throws.
    mutating func value(_ key: Key, make: () async throws -> Value) async throws -> Value {
        if let known = results[key] { return try known.get() }
        do {
            let value = try await make()
            results[key] = .success(value)
            return value
        } catch let failure as Failure {
            results[key] = .failure(failure)
            throw failure
        }
    }
}
