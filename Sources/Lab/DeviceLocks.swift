import Foundation
import HostProcess
import SystemPackage

/// The locks on devices of the host, a file each: below `/run/vmharness/bindings` for root, and below
/// `/tmp/vmharness-UID/bindings` for an ordinary user, who may not write there.
struct DeviceLocks {
    let tree: SystemTree

    var directory: FilePath { parent.appending("bindings") }
    private var parent: FilePath {
        tree.path(tree.isOurs ? "run/vmharness" : "tmp/vmharness-\(HostScope.user)")
    }

    /// Makes the directory, and refuses one that somebody else could write to.
    func prepare() throws {
        for path in [parent, directory] {
            guard mkdir(path.string, 0o700) == 0 || errno == EEXIST else {
                throw Failure(
                    "cannot make the journal's directory: \(systemError())", on: path.string,
                    advice: "see what is in its place")
            }
            var status = stat()
            guard lstat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
                status.st_mode & 0o022 == 0
            else {
                throw Failure("the journal's directory is not ours alone", on: path.string, advice: "see who made it")
            }
        }
    }

    /// Takes a lock if nobody holds it; nil if somebody does.
    func lock(_ name: String) throws -> FileLock? {
        let file = file(name)
        let lock = try FileLock.tryAcquire(file)
        // Whatever tidies up /tmp goes by age.
        if lock != nil { utimensat(AT_FDCWD, file.string, nil, 0) }
        return lock
    }

    /// The process that holds a lock; nil for none.
    func holder(of name: String) -> Int? { LockHolder.pid(of: file(name)) }

    /// Takes a lock. Guests of our own process wait their turn; another process is not waited for.
    ///
    /// - Parameters:
    ///   - name: the lock's.
    ///   - refusal: the words for a holder, whose process id it gets; nil for one that cannot be told.
    /// - Throws: `refusal`; `CancellationError`.
    func take(_ name: String, orThrow refusal: (Int?) -> Failure) async throws -> FileLock {
        let deadline = ContinuousClock.now + .seconds(5)
        while true {
            if let lock = try lock(name) { return lock }
            // A holder that cannot be told has just let go of it, or lives in another PID namespace.
            let holder = holder(of: name)
            if holder.map({ $0 != Int(getpid()) }) ?? (ContinuousClock.now > deadline) { throw refusal(holder) }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func file(_ name: String) -> FilePath { directory.appending("\(name).lock") }
}
