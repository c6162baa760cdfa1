import Foundation
public import SystemPackage

/// A lock on a file (flock(2)), exclusive unless it is asked for as a shared one.
/// The kernel lets go of it when its holder dies, however it dies.
public final class FileLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Lets go of the lock now, or at the latest: keeps it held until this call.
    public func release() {
        flock(descriptor, LOCK_UN)
    }

    /// Takes the lock if nobody holds it; nil if somebody does.
    ///
    /// - Parameters:
    ///   - path: made if it is not there; its directory must exist.
    ///   - isShared: others may hold it, too, if they share it.
    /// - Throws: `Failure` if the file cannot be opened.
    public static func tryAcquire(_ path: FilePath, isShared: Bool = false) throws -> FileLock? {
        // Not inherited: a child that outlives us must not hold our lock.
        let descriptor = open(path.string, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure("cannot open the lock file: \(systemError())", on: path.string, advice: "check its owner")
        }
        if flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 { return FileLock(descriptor: descriptor) }
        close(descriptor)
        return nil
    }

    /// Takes the lock, waiting for its holder.
    ///
    /// - Parameters:
    ///   - path: made if it is not there; its directory must exist.
    ///   - timeout: how long to wait for the holder.
    /// - Throws: `Failure` if the time is up; `CancellationError`.
    public static func acquire(_ path: FilePath, timeout: Duration = .seconds(3600)) async throws -> FileLock {
        let deadline = ContinuousClock.now + timeout
        while true {
            if let lock = try tryAcquire(path) { return lock }
            guard ContinuousClock.now < deadline else {
                throw Failure("lock still held after \(timeout)", on: path.string, advice: "`fuser` shows by whom")
            }
            // flock has no wait that can be cancelled without a thread of its own.
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

/// The text of the current `errno`.
public func systemError() -> String {
    String(cString: strerror(errno))
}
