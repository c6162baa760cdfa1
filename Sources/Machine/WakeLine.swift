import HostProcess
import NIOCore
import Synchronization
import SystemPackage

/// The host's end of a guest's second serial port, over which `images/init/template` is told who the guest is.
///
/// What comes from the guest is read and dropped, so that it can block nobody.
final class WakeLine: Sendable {
    private let words = Mutex<[UInt8]>([])
    private let said = Signal()

    /// Gives the guest its words, as soon as it reads.
    func say(_ bytes: [UInt8]) {
        words.withLock { $0 = bytes }
        said.fire()
    }

    /// Serves QEMU's connection until it closes it.
    func serve(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        try await said.wait()
        // A QEMU that is killed resets the connection: for us, that is its end.
        do {
            try await outbound.write(ByteBuffer(bytes: words.withLock { $0 }))
            for try await _ in inbound {}
        } catch {
            try Task.checkCancellation()
        }
    }
}

/// Serves the second serial port of a guest that has one beside `body`.
func withWakeLine<Value: Sendable>(
    _ guest: Guest, at path: FilePath, _ body: @Sendable @escaping (WakeLine) async throws -> Value
) async throws -> Value {
    let line = WakeLine()
    if case .boot = guest.specification.origin { return try await body(line) }
    return try await withConnection(at: path) { inbound, outbound in
        try await line.serve(inbound, outbound)
    } _: {
        try await body(line)
    }
}
