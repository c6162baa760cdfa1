import Foundation
import Synchronization
public import SystemPackage

/// A log file with an upper size: what comes after the limit is counted, not
/// kept, and the file says so in its last line. A full disk is noted, not fatal.
public final class BoundedFile: Sendable {
    /// Where it is.
    public let path: FilePath
    /// Bytes kept at most.
    public let limit: Int

    private struct State {
        var descriptor: Int32
        var written = 0
        var dropped = 0
        var problem: String?
    }
    private let state: Mutex<State>

    /// Creates the file, or empties it.
    ///
    /// - Parameters:
    ///   - path: its directory must exist.
    ///   - limit: bytes kept at most.
    /// - Throws: `Failure` if it cannot be created.
    public init(_ path: FilePath, limit: Int) throws {
        let descriptor = open(path.string, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure("cannot create file: \(systemError())", on: path.string, advice: "check the directory")
        }
        self.path = path
        self.limit = limit
        state = Mutex(State(descriptor: descriptor))
    }

    deinit {
        finish()
    }

    /// Appends bytes as far as the limit allows.
    public func write(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { state in
            guard state.descriptor >= 0 else { return }
            let room = min(bytes.count, limit - state.written)
            state.dropped += bytes.count - room
            var start = 0
            while start < room {
                let count = Foundation.write(state.descriptor, bytes.baseAddress! + start, room - start)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else {
                    state.problem = state.problem ?? systemError()
                    state.dropped += room - start
                    return
                }
                start += count
                state.written += count
            }
        }
    }

    /// Appends a line of our own.
    public func write(_ text: String) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    /// Bytes in the file so far.
    public var written: Int { state.withLock { $0.written } }
    /// Bytes that did not fit.
    public var dropped: Int { state.withLock { $0.dropped } }
    /// Why bytes were lost other than by the limit (`No space left on device`).
    public var problem: String? { state.withLock { $0.problem } }

    /// Closes the file; further writes are ignored.
    public func finish() {
        state.withLock { state in
            guard state.descriptor >= 0 else { return }
            if state.dropped > 0 {
                let note = Array("\n[vmharness: \(state.dropped) more bytes not kept, limit \(limit)]\n".utf8)
                _ = note.withUnsafeBytes { Foundation.write(state.descriptor, $0.baseAddress!, $0.count) }
            }
            close(state.descriptor)
            state.descriptor = -1
        }
    }
}
