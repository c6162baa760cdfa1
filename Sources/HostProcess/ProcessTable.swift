import Foundation

/// What `/proc` says of the host's processes (proc(5)).
public enum ProcessTable {
    /// The process ids present now, ours excluded.
    public static func pids() -> [Int] {
        let own = Int(getpid())
        return entries("/proc").compactMap(Int.init).filter { $0 != own }
    }

    /// The names in a directory of `/proc`; none if it is gone.
    public static func entries(_ directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }

    /// The processes that carry `NAME=VALUE` in the environment they were started with.
    public static func pids(withVariable name: String, value: String) -> [Int] {
        let needle = Array("\(name)=\(value)".utf8)
        return pids().filter { pid in
            guard let environment = read("/proc/\(pid)/environ") else { return false }
            return environment.split(separator: 0).contains { $0.elementsEqual(needle) }
        }
    }

    /// The command lines of the processes that have this argument.
    public static func commands(withArgument argument: String) -> [Int: [String]] {
        pids().reduce(into: [:]) { commands, pid in
            let words = command(of: pid)
            if words.contains(argument) { commands[pid] = words }
        }
    }

    /// The command line of a process; empty if it is gone.
    public static func command(of pid: Int) -> [String] {
        let words = read("/proc/\(pid)/cmdline")?.split(separator: 0, omittingEmptySubsequences: false) ?? []
        return words.dropLast().map { String(decoding: $0, as: UTF8.self) }
    }

    /// The file behind a descriptor of a process; nil if we may not know.
    public static func path(ofDescriptor descriptor: Int, of pid: Int) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(descriptor)")
    }

    /// The children of a process, itself not included.
    public static func children(of pid: Int) -> [Int] {
        guard let list = read("/proc/\(pid)/task/\(pid)/children") else { return [] }
        return String(decoding: list, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    }

    /// The state letter of a process (`R`, `S`, `D`, `Z`, …); nil if it is gone.
    public static func state(of pid: Int) -> Character? {
        guard let stat = read("/proc/\(pid)/stat") else { return nil }
        // The name in parentheses may hold anything, so look behind its end.
        guard let end = stat.lastIndex(of: UInt8(ascii: ")")), end + 2 < stat.count else { return nil }
        return Character(Unicode.Scalar(stat[end + 2]))
    }

    /// True if the process exists and is no zombie.
    public static func isRunning(_ pid: Int) -> Bool {
        guard let state = state(of: pid) else { return false }
        return state != "Z" && state != "X"
    }

    /// Sends a signal to one process.
    public static func signal(_ pid: Int, _ signal: Int32) {
        guard pid > 1 else { return }
        _ = kill(pid_t(pid), signal)
    }

    /// A file of `/proc`, at most 1 MiB; nil if it cannot be read.
    public static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while bytes.count < 1 << 20 {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count < 0 { return nil }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }
}
