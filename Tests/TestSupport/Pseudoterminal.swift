import Foundation

/// A pseudo-terminal of the host, for tests of what people see and type.
public final class Pseudoterminal: Sendable {
    /// Our end.
    public let master: Int32
    /// The end of the program.
    public let slave: Int32
    /// The name of the program's end.
    public let path: String

    /// Opens one.
    ///
    /// - Parameters:
    ///   - width: its columns.
    ///   - height: its lines.
    public init(width: Int, height: Int) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // pts(4): TIOCSPTLCK and TIOCGPTN, which Swift does not see.
        var (unlocked, number): (Int32, Int32) = (0, 0)
        let isReady = ioctl(master, 0x4004_5431, &unlocked) == 0 && ioctl(master, 0x8004_5430, &number) == 0
        path = "/dev/pts/\(number)"
        slave = isReady ? open(path, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1
        guard slave >= 0 else { throw POSIXError(.ENXIO) }
        resize(width, height)
    }

    deinit {
        close(master)
        close(slave)
    }

    /// Makes it larger or smaller.
    public func resize(_ width: Int, _ height: Int) {
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(slave, UInt(TIOCSWINSZ), &size)
    }

    /// What was written to it and not yet read; waits for it no longer than a twentieth of a second.
    public func read() -> String {
        var bytes: [UInt8] = []
        var poll = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        while Foundation.poll(&poll, 1, 50) == 1, poll.revents & Int16(POLLIN) != 0 {
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = Foundation.read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Types text.
    public func type(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
    }

    /// Starts a program in a session of its own on it.
    ///
    /// - Parameters:
    ///   - command: the program's path and its arguments.
    ///   - environment: all its variables.
    ///   - directory: where it starts.
    /// - Returns: its process id, to be ended and reaped by `end(_:)`.
    public func start(_ command: [String], environment: [String: String], in directory: String) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that the leader of a session opens is its own.
        posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID and POSIX_SPAWN_SETSIGDEF, spawn.h of glibc.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, 0x80 | 0x04)
        let whole = ["/usr/bin/env", "-C", directory] + command
        var arguments = whole.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        var pid = pid_t()
        let failure = posix_spawn(&pid, whole[0], &actions, &attributes, &arguments, &variables)
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EINVAL) }
        return pid
    }

    /// Whether a program that was started on it has stopped, or ended: as waitpid(2) tells it, once; nil while it runs.
    public func change(of pid: Int32) -> Int32? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG | WUNTRACED) == pid ? status : nil
    }

    /// Ends a program that was started on it, and whatever it has started there.
    public func end(_ pid: Int32) {
        kill(-pid, SIGKILL)
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }
}
