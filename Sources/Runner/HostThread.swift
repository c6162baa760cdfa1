import HostProcess

/// A thread of a host process, as `/proc/PID/task/TID` shows it.
struct HostThread: Sendable {
    let id: Int
    let name: String
    let state: String
    let wchan: String
    let stack: String
    /// Seconds it had a CPU (first field of schedstat, Documentation/scheduler/sched-stats.rst).
    let ran: Double
    /// Seconds it was runnable and had none (second field).
    let waited: Double

    /// True for a thread on which QEMU runs guest CPUs: `CPU 0/TCG`, `CPU 1/KVM`,
    /// or `ALL CPUs/TCG` where they take turns.
    var runsGuest: Bool { name.hasPrefix("CPU ") || name.hasPrefix("ALL CPUs") }

    /// The threads of the processes and of their children.
    static func all(of pids: [Int]) -> [HostThread] {
        pids.flatMap { [$0] + ProcessTable.children(of: $0) }.flatMap(threads)
    }

    private static func threads(of pid: Int) -> [HostThread] {
        ProcessTable.entries("/proc/\(pid)/task").compactMap(Int.init).sorted().compactMap { tid in
            let base = "/proc/\(pid)/task/\(tid)"
            func text(_ file: String) -> String {
                ProcessTable.read("\(base)/\(file)").map { String(decoding: $0, as: UTF8.self).trimmed } ?? ""
            }
            let name = text("comm")
            guard !name.isEmpty else { return nil }
            let times = text("schedstat").split(separator: " ").map { (Double($0) ?? 0) / 1e9 }
            return HostThread(
                id: tid, name: name, state: ProcessTable.state(of: tid).map(String.init) ?? "?",
                wchan: text("wchan"), stack: text("stack"), ran: times.first ?? 0, waited: times.dropFirst().first ?? 0)
        }
    }

    /// Seconds it had to wait for a CPU since an earlier look.
    func waited(since before: [HostThread]) -> Double {
        before.first { $0.id == id }.map { waited - $0.waited } ?? 0
    }

    func description(waited: Double) -> String {
        let percent = Int((100 * waited).rounded())
        let head = "\(id) \(name) state \(state) wchan \(wchan), waited for a CPU \(percent) % of the last second\n"
        return stack.isEmpty ? head : head + stack + "\n"
    }
}
