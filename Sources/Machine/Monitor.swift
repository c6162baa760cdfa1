/// What carries commands to a guest's QEMU.
protocol Monitor: Sendable {
    /// Executes a QMP command.
    ///
    /// - Throws: `Failure` if QEMU refuses, does not answer in time or is gone; `CancellationError`.
    func execute(_ command: String, _ arguments: [String: JSONValue], timeout: Duration) async throws -> JSONValue
}

extension QMP: Monitor {}
