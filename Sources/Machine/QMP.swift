import Foundation
import HostProcess
import NIOCore
import Synchronization

/// An event of QEMU (QEMU's docs/interop/qmp-spec.rst).
public struct QMPEvent: Sendable, Hashable, Codable {
    /// `GUEST_PANICKED`, `WATCHDOG`, `SHUTDOWN`, …
    public let name: String
    /// What belongs to it.
    public let data: JSONValue
    /// Seconds since 1970 on the host.
    public let time: Double
}

/// The client's end of a QEMU Machine Protocol connection.
///
/// One reader task delivers replies and events; any task may execute commands.
final class QMP: Sendable {
    /// A reply or an event longer than this ends the connection: QEMU is
    /// trusted less once a hostile guest has run in it.
    static let lineLimit = 4 << 20

    private struct State {
        var next = 0
        var waiting: [Int: CheckedContinuation<JSONValue, any Error>] = [:]
        var writer: NIOAsyncChannelOutboundWriter<ByteBuffer>?
        var closed = false
    }
    private let state = Mutex(State())
    private let ready = Signal()
    /// The events as they come; ends with the connection.
    let events: AsyncStream<QMPEvent>
    private let eventSink: AsyncStream<QMPEvent>.Continuation

    init() {
        (events, eventSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1000))
    }

    /// Serves a connection until QEMU closes it.
    func serve(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        state.withLock { $0.writer = outbound }
        defer { close() }
        // A QEMU that is killed resets the connection: for us, that is its end.
        do { try await readLines(inbound) } catch is IOError {}
    }

    private func readLines(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws {
        var line = ByteBuffer()
        for try await var chunk in inbound {
            while let end = chunk.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                var head = chunk.readSlice(length: end - chunk.readerIndex + 1)!
                line.writeBuffer(&head)
                receive(Data(line.readableBytesView))
                line.clear()
            }
            line.writeBuffer(&chunk)
            if line.readableBytes > Self.lineLimit { return }
        }
    }

    /// Waits for the greeting and leaves the negotiation mode. QEMU greets before it makes its devices, and answers
    /// once it has them.
    func negotiate(limit: Duration) async throws {
        try await ready.wait()
        try await execute("qmp_capabilities", timeout: limit)
    }

    /// Executes a command.
    ///
    /// - Throws: `Failure` if QEMU refuses, does not answer in time or is gone.
    @discardableResult
    func execute(
        _ command: String, _ arguments: [String: JSONValue] = [:], timeout: Duration = .seconds(10)
    ) async throws -> JSONValue {
        let unanswered = Failure(
            "QEMU did not answer within \(timeout)", on: "QMP \(command)", advice: "the host may be overloaded")
        return try await withTimeout(timeout, orThrow: unanswered) {
            try await self.send(command, arguments)
        }
    }

    private func send(_ command: String, _ arguments: [String: JSONValue]) async throws -> JSONValue {
        let (id, writer) = try state.withLock { state in
            guard let writer = state.writer, !state.closed else { throw Self.gone(command) }
            state.next += 1
            return (state.next, writer)
        }
        var message: [String: JSONValue] = ["execute": .string(command), "id": .int(id)]
        if !arguments.isEmpty { message["arguments"] = .object(arguments) }
        let bytes = ByteBuffer(bytes: try JSONEncoder().encode(message))
        return try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: JSONValue?.self) { group in
                // The continuation must stand before the bytes leave.
                let registered = Signal()
                group.addTask {
                    try await withCheckedThrowingContinuation { continuation in
                        let refused = self.state.withLock { state in
                            if state.closed { return true }
                            state.waiting[id] = continuation
                            return false
                        }
                        if refused { continuation.resume(throwing: Self.gone(command)) }
                        registered.fire()
                    }
                }
                try await registered.wait()
                do { try await writer.write(bytes) } catch { self.fail(id, Self.gone(command)) }
                while let value = try await group.next() {
                    if let value { return value }
                }
                throw CancellationError()
            }
        } onCancel: {
            fail(id, CancellationError())
        }
    }

    private func receive(_ line: Data) {
        guard let message = try? JSONDecoder().decode(JSONValue.self, from: line) else { return }
        if message["QMP"] != nil {
            ready.fire()
        } else if let name = message["event"]?.text {
            let stamp = message["timestamp"]
            let time = Double(stamp?["seconds"]?.number ?? 0) + Double(stamp?["microseconds"]?.number ?? 0) / 1e6
            eventSink.yield(QMPEvent(name: name, data: message["data"] ?? .null, time: time))
        } else if let id = message["id"]?.number {
            let continuation = state.withLock { $0.waiting.removeValue(forKey: id) }
            if let error = message["error"] {
                let said = error["desc"]?.text ?? "no description"
                continuation?.resume(throwing: Failure("QEMU refused: \(said)", on: "QMP", advice: ""))
            } else {
                continuation?.resume(returning: message["return"] ?? .null)
            }
        }
    }

    private func fail(_ id: Int, _ error: any Error) {
        state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(throwing: error)
    }

    private func close() {
        let waiting = state.withLock { state in
            state.closed = true
            state.writer = nil
            defer { state.waiting.removeAll() }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(throwing: Self.gone("the connection")) }
        eventSink.finish()
        // Who waits for the greeting learns by its command that there will be none.
        ready.fire()
    }

    private static func gone(_ command: String) -> Failure {
        Failure("QEMU is gone", on: "QMP \(command)", advice: "its log stands beside the console log")
    }
}
