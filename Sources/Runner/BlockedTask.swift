/// A task of the guest and where it is stuck.
struct BlockedTask: Sendable, Hashable {
    var pid: Int
    /// Its parent; nil where it is not told.
    var parent: Int?
    var comm: String
    /// The state's letter in `/proc/PID/stat`: `S`, `D`, `R`.
    var state: String
    /// Innermost frame first: `request_wait_answer+0x12b/0x210 [fuse]`.
    var stack: [String]

    /// The function to name: the first that is not the common way into sleep.
    var blamed: String? {
        let functions = stack.map { frame in String(frame.prefix { $0 != "+" && $0 != " " }) }
        return functions.first { function in
            !Self.commonWaits.contains { function == $0 || ($0.hasSuffix("*") && function.hasPrefix($0.dropLast())) }
        } ?? functions.first
    }

    /// True if it is stuck below a FUSE filesystem, virtiofs among them.
    var isInFUSE: Bool {
        stack.contains { $0.hasPrefix("fuse_") || $0.hasPrefix("virtio_fs_") || $0.hasPrefix("request_wait_answer") }
    }

    /// Functions of kernel/sched, kernel/locking and mm that every sleeper
    /// passes through; a name with `*` stands for all that begin so.
    private static let commonWaits = [
        "__switch_to*", "__schedule", "schedule*", "io_schedule*", "preempt_schedule*", "wait_for_completion*",
        "__wait_for_common*", "wait_woken", "do_wait_intr*", "__mutex_lock*", "mutex_lock*", "rwsem_down_*",
        "down_read*", "down_write*", "__down*", "down", "rt_mutex*", "rwbase_*", "percpu_rwsem_wait*",
        "__percpu_down_read*", "folio_wait_*", "wait_on_page_*", "wait_on_buffer", "__wait_on_buffer", "bit_wait*",
        "__wait_on_bit*", "out_of_line_wait_on_bit*", "_raw_spin_*", "queued_spin_*", "native_queued_spin_*",
        "hrtimer_nanosleep", "do_nanosleep", "schedule_hrtimeout*",
        // The task that prints the dump, for the hang ladder itself.
        "sched_show_task*", "show_state_filter*", "sysrq_handle_*", "__handle_sysrq*", "write_sysrq_trigger",
    ]

    /// Reads what the ladder's script prints: `@task PID STATE COMM`, then a
    /// `/proc/PID/stack` (fs/proc/base.c, `[<0>] f+0x1/0x2 [module]`).
    static func parse(_ text: String) -> [BlockedTask] {
        var tasks: [BlockedTask] = []
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("@task ") {
                let fields = line.split(separator: " ", maxSplits: 3)
                guard fields.count == 4, let pid = Int(fields[1]) else { continue }
                tasks.append(BlockedTask(pid: pid, comm: String(fields[3]), state: String(fields[2]), stack: []))
            } else if line.hasPrefix("[<"), let end = line.firstIndex(of: " "), !tasks.isEmpty {
                tasks[tasks.count - 1].stack.append(line[end...].trimmed)
            }
        }
        return tasks
    }

    /// Reads a SysRq-w or SysRq-t dump from a console (kernel/sched/core.c,
    /// sched_show_task): `task:insmod  state:S stack:0  pid:105 …`, then frames.
    static func parseConsole(_ text: String) -> [BlockedTask] {
        var tasks: [BlockedTask] = []
        var isOpen = false
        for raw in text.split(whereSeparator: \.isNewline) {
            let line = withoutTimestamp(raw)
            if line.hasPrefix("task:") {
                let words = line.split(separator: " ")
                func value(_ key: String) -> String? {
                    guard let at = words.firstIndex(where: { $0.hasPrefix(key) }) else { return nil }
                    let own = words[at].dropFirst(key.count)
                    return own.isEmpty ? words.dropFirst(at + 1).first.map(String.init) : String(own)
                }
                isOpen = false
                guard let pid = value("pid:").flatMap({ Int($0) }), let comm = value("task:") else { continue }
                tasks.append(
                    BlockedTask(
                        pid: pid, parent: value("ppid:").flatMap { Int($0) }, comm: comm,
                        state: value("state:") ?? "?", stack: []))
                isOpen = true
            } else if isOpen, line.first == " ", line.contains("+0x") {
                let frame = line.trimmed
                if !frame.hasPrefix("?") { tasks[tasks.count - 1].stack.append(frame) }
            } else if isOpen,
                !["Call Trace", " <", "RIP", "RSP", "RAX", "RDX", "RBP", "R1", "R0"].contains(where: line.hasPrefix)
            {
                isOpen = false
            }
        }
        return tasks
    }

    /// A process and its descendants, the most telling first: a task in state D
    /// is stuck for certain; else the innermost child is what the others wait for.
    static func tellingFirst(_ tasks: [BlockedTask]) -> [BlockedTask] {
        tasks.filter { $0.state == "D" } + tasks.filter { $0.state != "D" }.reversed()
    }

    /// The process with this id and its descendants, parents first.
    static func family(of pid: Int, in tasks: [BlockedTask]) -> [BlockedTask] {
        var family: [BlockedTask] = []
        var waiting = [pid]
        // A dump may be damaged: no task is taken twice, so this ends.
        while let next = waiting.popLast() {
            guard !family.contains(where: { $0.pid == next }), let task = tasks.first(where: { $0.pid == next }) else {
                continue
            }
            family.append(task)
            waiting += tasks.filter { $0.parent == next }.map(\.pid)
        }
        return family
    }

    private static func withoutTimestamp(_ line: Substring) -> Substring {
        guard line.first == "[", let end = line.firstIndex(of: "]") else { return line }
        return line[line.index(after: end)...].dropFirst()
    }
}

extension StringProtocol {
    /// Without white space at either end.
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
