import HostProcess

/// Whether a virtiofsd still does its work, as the host sees it.
struct DaemonState: Sendable, Hashable, CustomStringConvertible {
    /// Notifications of the guest that it has not read: counts of its eventfds
    /// (`eventfd-count` in `/proc/PID/fdinfo`, proc(5)).
    let unread: Int
    /// Its threads that were stopped or in uninterruptible sleep at both looks.
    let stuck: [Int]

    /// - Parameters:
    ///   - pid: the daemon; the namespace sandbox does the work in a child of it.
    ///   - threads: its threads now.
    ///   - before: threads at an earlier look.
    init(pid: Int, threads: [HostThread], before: [HostThread]) {
        unread = ([pid] + ProcessTable.children(of: pid)).reduce(0) { $0 + Self.unreadEvents(of: $1) }
        stuck = threads.filter { thread in
            Self.isStuck(thread) && before.contains { $0.id == thread.id && Self.isStuck($0) }
        }.map(\.id)
    }

    init(unread: Int, stuck: [Int]) {
        self.unread = unread
        self.stuck = stuck
    }

    /// True if a request that hangs in the guest hangs because of it.
    var isStalled: Bool { unread > 0 || !stuck.isEmpty }

    var description: String {
        if !isStalled { return "idle, no request waits for it" }
        let read = unread > 0 ? ["\(unread) notifications of the guest unread"] : []
        let threads = stuck.isEmpty ? [] : ["threads \(stuck) stopped or in uninterruptible sleep"]
        return (read + threads).joined(separator: ", ")
    }

    private static func isStuck(_ thread: HostThread) -> Bool {
        ["T", "t", "D"].contains(thread.state)
    }

    private static func unreadEvents(of pid: Int) -> Int {
        ProcessTable.entries("/proc/\(pid)/fdinfo").reduce(0) { sum, descriptor in
            guard let bytes = ProcessTable.read("/proc/\(pid)/fdinfo/\(descriptor)") else { return sum }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            let line = lines.first { $0.hasPrefix("eventfd-count:") }
            // In hexadecimal (fs/eventfd.c, eventfd_show_fdinfo).
            let count = line.flatMap { Int($0.dropFirst("eventfd-count:".count).trimmed, radix: 16) } ?? 0
            return sum + count
        }
    }
}
