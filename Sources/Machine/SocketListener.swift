import HostProcess
import NIOCore
import NIOPosix
import SystemPackage

/// Listens on a unix socket for the one connection that QEMU makes to us.
///
/// - Parameters:
///   - path: at most 107 bytes; its directory is private to us.
///   - listening: fired when a connection can be made.
///   - body: gets the first connection's streams; the socket ends with it.
/// - Throws: `Failure` if the socket cannot be made; what `body` throws.
func withFirstConnection(
    at path: FilePath,
    listening: Signal,
    _ body:
        @Sendable @escaping (
            NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>
        ) async throws -> Void
) async throws {
    let server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>
    do {
        server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(unixDomainSocketPath: path.string, cleanupExistingSocketFile: true) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    } catch {
        throw Failure("cannot listen: \(error)", on: path.string, advice: "free some space in /tmp")
    }
    listening.fire()
    try await server.executeThenClose { connections in
        for try await connection in connections {
            return try await connection.executeThenClose { inbound, outbound in
                try await body(inbound, outbound)
            }
        }
    }
}

/// Serves the one connection that QEMU makes to a unix socket of ours beside `body`, which starts once it can be made.
///
/// - Parameters:
///   - path: as for `withFirstConnection`.
///   - serve: gets the connection's streams.
///   - body: runs beside it.
/// - Throws: `Failure` if the socket cannot be made; what the closures throw.
func withConnection<Value: Sendable>(
    at path: FilePath,
    _ serve:
        @Sendable @escaping (
            NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>
        ) async throws -> Void,
    _ body: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    let listening = Signal()
    return try await withTasks {
        try await withFirstConnection(at: path, listening: listening, serve)
    } body: {
        try await listening.wait()
        return try await body()
    }
}
