import Foundation
import Subprocess
public import SystemPackage

/// Everything one invocation owns on this host: the directory of its sockets
/// and overlays, and the mark that its processes carry.
///
/// It ends on every path. When the controller returns or throws, the scope
/// sweeps up itself. When the controller is killed, four things end what it
/// left, each without the others: children get the parent-death signal; the
/// keeper sees its pipe close; the kernel lets go of the lock; and the next
/// start sweeps what is no longer locked.
public struct HostScope: Sendable, Hashable {
    /// Eight hexadecimal digits, unique on this host.
    public let id: String
    /// Private directory, short enough for socket paths (108 bytes, unix(7)).
    public let directory: FilePath

    /// The scope of this task; children started in it carry its mark.
    @TaskLocal public static var current: HostScope?

    static let markVariable: Subprocess.Environment.Key = "VMHARNESS_SCOPE"

    /// What a process that others start for this scope must have in its environment, to be ended with it.
    public var mark: [String: String] { [Self.markVariable.rawValue: id] }

    /// The number of the user whose scopes these are.
    public static var user: UInt32 { getuid() }

    /// Tells this user's scopes from those of the same user elsewhere: the host's boot, and the file system and inode
    /// of the directory that they lie in. Who has a `/tmp` of its own (systemd's PrivateTmp, a container) has scopes of
    /// its own, too. Nil if there has been no scope yet.
    public static var place: String? {
        var status = stat()
        guard lstat(root.string, &status) == 0, let boot = ProcessTable.read("/proc/sys/kernel/random/boot_id")
        else { return nil }
        let words = String(decoding: boot, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return "\(words)/\(status.st_dev):\(status.st_ino)"
    }

    /// True if nobody runs in the scope of that id any more. Of scopes of another `place` it knows nothing.
    public static func isAbandoned(_ id: String) -> Bool {
        guard id != current?.id else { return false }
        let file = HostScope(id: id).lockFile
        // Asking for the lock would make the file.
        guard access(file.string, F_OK) == 0 else { return true }
        guard let lock = try? FileLock.tryAcquire(file) else { return false }
        lock.release()
        return true
    }

    /// Where the scopes of this user lie.
    static var root: FilePath { FilePath("/tmp/vmharness-\(getuid())") }

    var lockFile: FilePath { Self.root.appending("\(id).lock") }

    init(id: String) {
        self.id = id
        directory = Self.root.appending(id)
    }

    /// Ends every process that carries the mark and removes the directory.
    /// Does nothing where nothing is left. Gives up on a process that does not
    /// die (state D) after 10 s, keeping the directory for the next sweep.
    func sweep() {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let left = ProcessTable.pids(withVariable: Self.markVariable.rawValue, value: id)
                .filter(ProcessTable.isRunning)
            if left.isEmpty { break }
            for pid in left { ProcessTable.signal(pid, SIGKILL) }
            if ContinuousClock.now > deadline { return }
            usleep(20_000)
        }
        try? FileManager.default.removeItem(atPath: directory.string)
        unlink(lockFile.string)
    }

    /// Ends what earlier invocations of this user left behind.
    ///
    /// - Returns: the ids of the scopes that were swept.
    @discardableResult
    public static func sweepAbandoned() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.string)) ?? []
        return names.filter { $0.hasSuffix(".lock") }.compactMap { name in
            let scope = HostScope(id: String(name.dropLast(5)))
            guard let lock = try? FileLock.tryAcquire(scope.lockFile) else { return nil }
            scope.sweep()
            lock.release()
            return scope.id
        }
    }

    private static func make() throws -> (HostScope, FileLock) {
        try? FileManager.default.createDirectory(
            atPath: root.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        // /tmp is shared: a directory of that name made by somebody else is refused.
        var status = stat()
        guard lstat(root.string, &status) == 0, status.st_uid == getuid(), status.st_mode & S_IFMT == S_IFDIR else {
            throw Failure(
                "the scratch directory is not ours", on: root.string, advice: "remove it, or see who made it")
        }
        while true {
            let scope = HostScope(id: String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16))
            guard let lock = try FileLock.tryAcquire(scope.lockFile) else { continue }
            // A sweep may have removed the file between its creation and our lock.
            guard access(scope.lockFile.string, F_OK) == 0 else { continue }
            guard mkdir(scope.directory.string, 0o700) == 0 else {
                throw Failure(
                    "cannot make a scratch directory: \(systemError())", on: scope.directory.string,
                    advice: "free some space in /tmp")
            }
            return (scope, lock)
        }
    }

    /// Runs `body` in a new scope and ends all that it started.
    ///
    /// - Throws: `Failure` if the scope cannot be set up; what `body` throws.
    public static func with<Value: Sendable>(
        _ body: @Sendable @escaping (HostScope) async throws -> Value
    ) async throws -> Value {
        sweepAbandoned()
        let (scope, lock) = try make()
        // The in-process sweep runs after the keeper is gone, while we still
        // hold the lock: by then nobody else touches the directory.
        defer {
            scope.sweep()
            lock.release()
        }
        return try await Keeper.with(scope) {
            try await $current.withValue(scope) { try await body(scope) }
        }
    }
}
