import Foundation
import HostProcess

/// What the host has for guests: its memory and CPUs, or the part of them that our control group may use.
struct HostRoom: Sendable, Hashable {
    /// Bytes of memory altogether.
    var memory: Int
    /// Bytes that can be had without swapping (`MemAvailable` of `/proc/meminfo`).
    var available: Int
    /// CPUs; a part of one where a control group allows no more.
    var cores: Double

    /// Bytes that stay free for the host's own work: a twentieth, from 256 MiB to 2 GiB.
    var reserve: Int { min(2 << 30, max(256 << 20, memory / 20)) }

    /// As it is now. A host that does not tell has room for anything.
    static func now() -> HostRoom {
        let sizes = meminfo()
        let total = sizes["MemTotal"] ?? .max
        var room = HostRoom(memory: total, available: sizes["MemAvailable"] ?? total, cores: cpus())
        room.confine(to: "/sys/fs/cgroup")
        return room
    }

    private static func meminfo() -> [String: Int] {
        let text = ProcessTable.read("/proc/meminfo").map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").reduce(into: [:]) { sizes, line in
            let words = line.split(separator: " ")
            guard words.count > 1, let number = Int(words[1]) else { return }
            sizes[String(words[0].dropLast())] = number << 10
        }
    }

    /// Those that we may run on (`Cpus_allowed` of proc(5), a mask): a container may have few of many.
    private static func cpus() -> Double {
        let text = ProcessTable.read("/proc/self/status").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
        let count = (line ?? "").dropFirst(13).compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
        let present = ProcessInfo.processInfo.activeProcessorCount
        return Double(count > 0 ? min(count, present) : max(1, present))
    }

    /// The limits of our control group and those above it (Documentation/admin-guide/cgroup-v2.rst): CI jobs run in
    /// containers, in which `/proc/meminfo` is the whole host's.
    ///
    /// - Parameter root: where the hierarchy is mounted.
    mutating func confine(to root: String) {
        let own = ProcessTable.read("/proc/self/cgroup").map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard let line = own.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else { return }
        var path = String(line.dropFirst(3))
        while true {
            confine(by: root + path)
            guard path.count > 1, let slash = path.lastIndex(of: "/") else { return }
            path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
    }

    /// The limits of one control group.
    mutating func confine(by group: String) {
        func text(_ name: String) -> String? {
            ProcessTable.read("\(group)/\(name)").map { String(decoding: $0, as: UTF8.self).trimmed }
        }
        if let limit = text("memory.max").flatMap({ Int($0) }) {
            // What is cached of files goes when something else is wanted.
            let cached = (text("memory.stat") ?? "").split(separator: "\n").first { $0.hasPrefix("inactive_file ") }
                .flatMap { Int($0.dropFirst(14)) }
            let used = max(0, (text("memory.current").flatMap { Int($0) } ?? 0) - (cached ?? 0))
            memory = min(memory, limit)
            available = min(available, max(0, limit - used))
        }
        let quota = (text("cpu.max") ?? "").split(separator: " ").compactMap { Double($0) }
        if quota.count == 2, quota[1] > 0 { cores = min(cores, quota[0] / quota[1]) }
    }
}
