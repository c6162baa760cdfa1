import Synchronization

/// A value that `@Sendable` closures can set and read, for tests.
public final class Locked<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    /// Holds a value.
    public init(_ value: Value) { self.value = Mutex(value) }

    /// Replaces the value.
    public func set(_ new: Value) { value.withLock { $0 = new } }

    /// The value now.
    public func get() -> Value { value.withLock { $0 } }

    /// Changes the value.
    public func update(_ change: (inout Value) -> Void) { value.withLock { change(&$0) } }
}
