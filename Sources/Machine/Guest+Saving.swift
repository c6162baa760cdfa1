import Foundation
import HostProcess
import NIOCore
public import SystemPackage

extension Guest {
    /// The most that a saved state may take, bytes: it is about one megabyte.
    private static let stateLimit = 256 << 20

    /// Stops the guest and saves the state of its CPUs and devices; its memory stays in its file.
    ///
    /// - Parameter file: is written.
    /// - Throws: `Failure` if QEMU cannot save it, or it cannot be written.
    public func save(to file: FilePath) async throws {
        try await execute("stop")
        try await execute("migrate-set-capabilities", ["capabilities": migrationCapabilities])
        let late = Failure("QEMU did not save the guest within 60 s", on: file.string, advice: "is the disk full?")
        try await withTimeout(.seconds(60), orThrow: late) { try await self.receiveState(into: file) }
        let status = try await execute("query-migrate")["status"]?.text
        guard status == "completed" else {
            throw Failure(
                "QEMU did not save the guest: \(status ?? "it does not say why")", on: file.string,
                advice: "its words are in its log")
        }
    }

    /// Has QEMU send its state, and writes it down; the end of the stream is the end of the state.
    private func receiveState(into file: FilePath) async throws {
        let socket = directory.appending("save")
        let listening = Signal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withFirstConnection(at: socket, listening: listening) { inbound, _ in
                    var written = 0
                    try Data().write(to: URL(filePath: file.string))
                    let target = try FileHandle(forWritingTo: URL(filePath: file.string))
                    for try await chunk in inbound {
                        written += chunk.readableBytes
                        guard written <= Self.stateLimit else {
                            throw Failure(
                                "the saved state is larger than \(Self.stateLimit >> 20) MiB", on: file.string,
                                advice: "")
                        }
                        try target.write(contentsOf: Data(chunk.readableBytesView))
                    }
                    try target.close()
                }
            }
            try await listening.wait()
            try await execute("migrate", ["uri": .string("unix:\(socket)")])
            try await group.waitForAll()
        }
        // QEMU says so a moment after its last byte.
        while ["setup", "active", "device"].contains(try await execute("query-migrate")["status"]?.text) {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
