import Subprocess
import Synchronization
public import SystemPackage

/// A long-lived child process that belongs to a scope.
///
/// Made by `withChild`. SIGTERM to its session → grace → SIGKILL when the scope
/// ends; the scope returns once it is reaped.
public final class Child: Sendable {
    /// What was started.
    public let command: Command

    private struct State {
        var pid: Int?
        var termination: Termination?
        var failure: (any Error)?
        var started = Signal()
        var ended = Signal()
    }
    private let state = Mutex(State())

    init(command: Command) {
        self.command = command
    }

    /// Its process id. Set before the scope's body runs.
    public var pid: Int { state.withLock { $0.pid ?? -1 } }

    /// How it ended; nil while it runs.
    public var termination: Termination? { state.withLock { $0.termination } }

    /// Waits until it has ended.
    ///
    /// - Throws: `CancellationError`.
    @discardableResult
    public func waitForEnd() async throws -> Termination {
        try await state.withLock { $0.ended }.wait()
        guard let termination else { throw CancellationError() }
        return termination
    }

    /// Sends a signal to the process; nothing happens if it has ended.
    public func send(_ signal: Int32) {
        // The lock is held over kill() so that the process cannot be reaped,
        // and its number reused, in between.
        state.withLock { state in
            if let pid = state.pid, state.termination == nil { ProcessTable.signal(pid, signal) }
        }
    }

    func waitForStart() async throws {
        try await state.withLock { $0.started }.wait()
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Runs the child to its end, giving its output to `sink`.
    func run(
        input: FilePath, grace: Duration, sink: @Sendable @escaping (UnsafeRawBufferPointer) -> Void
    ) async {
        do {
            let result = try await Subprocess.run(
                try await command.configuration(grace: grace),
                input: .fileDescriptor(
                    try FileDescriptor.open(input, .readOnly, options: .closeOnExec), closeAfterSpawningProcess: true),
                output: .sequence,
                error: .combinedWithOutput
            ) { execution in
                let signal = state.withLock { state in
                    state.pid = Int(execution.processIdentifier.value)
                    return state.started
                }
                signal.fire()
                for try await buffer in execution.standardOutput { buffer.withUnsafeBytes { sink($0) } }
            }
            end(Termination(result.terminationStatus), failure: nil)
        } catch {
            end(.signaled(9), failure: (error as? SubprocessError).map(command.startFailure) ?? error)
        }
    }

    private func end(_ termination: Termination, failure: (any Error)?) {
        let signals = state.withLock { state in
            state.termination = termination
            state.failure = failure
            return [state.started, state.ended]
        }
        for signal in signals { signal.fire() }
    }
}

/// Runs a child beside `body` and ends it with the scope, on every path.
///
/// - Parameters:
///   - command: what to start.
///   - input: the file that is its standard input; nil for none.
///   - grace: time between SIGTERM and SIGKILL at the end of the scope.
///   - output: gets standard output and standard error as they come. Called in
///     order, never at the same time.
///   - body: runs beside the child. The child may end first: see `Child.waitForEnd`.
/// - Throws: `Failure` if the program cannot be started; what `body` throws.
public func withChild<Value: Sendable>(
    _ command: Command,
    input: FilePath? = nil,
    grace: Duration = .seconds(3),
    output: @Sendable @escaping (UnsafeRawBufferPointer) -> Void = { _ in },
    _ body: @Sendable @escaping (Child) async throws -> Value
) async throws -> Value {
    let child = Child(command: command)
    return try await withTasks {
        await child.run(input: input ?? "/dev/null", grace: grace, sink: output)
    } body: {
        try await child.waitForStart()
        return try await body(child)
    }
}
