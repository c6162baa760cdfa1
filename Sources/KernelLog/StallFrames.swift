/// Whom to blame when a CPU is stuck.
///
/// The trace of a stall points to a random place inside the loop. What stays the same from
/// one occurrence to the next is the function just above the entry point: the handler of a
/// system call, of a file operation, of a work item, of a timer.
enum StallFrames {
    /// Entry points. The function that one of them called is the one to blame.
    private static let anchors = FunctionSet([
        // System calls.
        "do_syscall_", "do_fast_syscall_", "sysenter_dispatch", "tracesys_phase2", "el0_svc_handler",
        "invoke_syscall", "ret_fast_syscall", "^socketpair", "^connect", "^ioctl", "^sys_socketpair",
        "^sys_connect", "^sys_ioctl", "ksys_ioctl", "vfs_ioctl", "compat_ioctl", "compat_sys_ioctl",
        // Interrupts, threads and their work.
        "process_one_work", "netif_receive_skb", "do_softirq", "call_timer_fn", "_run_timers", "run_timer_softirq",
        "hrtimer_run", "run_ksoftirqd", "smpboot_thread_fn", "^kthread$", "start_secondary", "cpu_startup_entry",
        "ret_from_fork", "tasklet_action", "tasklet_hi_action", "smp_call_function", "task_work_run", "__fput",
        "exit_to_usermode", "__do_fault", "do_page_fault", "^page_fault$",
        // File operations.
        "vfs_write", "vfs_read", "vfs_iter_read", "vfs_iter_write", "do_iter_read", "do_iter_write",
        "call_read_iter", "call_write_iter", "new_sync_read", "new_sync_write", "blkdev_driver_ioctl",
        "blkdev_ioctl", "^call_mmap", "mmap_region", "do_mmap", "do_dentry_open", "vfs_open",
        // Sockets.
        "^sock_sendmsg", "^sock_recvmsg", "^sock_release", "^__sock_release", "^setsockopt$", "kernel_setsockopt",
        "sock_common_setsockopt", "^listen$", "kernel_listen", "sk_common_release", "^sock_mmap", "^accept$",
        "kernel_accept", "^sock_do_ioctl", "^sock_ioctl", "^compat_sock_ioctl", "^nfnetlink_rcv_msg",
        "^rtnetlink_rcv_msg", "^netlink_dump",
    ])

    /// The blamed one of the candidates, top first; nil when no entry point is among them.
    static func choose(_ candidates: [String]) -> String? {
        guard var previous = candidates.first else { return nil }
        for candidate in candidates {
            if candidate.withView(anchors.matches) {
                // Waiting for other CPUs looks the same for all of them: name the wait itself.
                return candidate.contains("smp_call_function") ? "smp_call_function" : previous
            }
            previous = candidate
        }
        return nil
    }
}

/// Whom to blame when a task hangs: the function that waits, not the primitives it waits with.
enum HangFrames {
    private static let primitives = FunctionSet([
        "sched", "_lock", "_slowlock", "down", "rwsem", "completion", "kthread", "wait", "synchronize",
        "context_switch", "__switch_to", "cancel_delayed_work", "rcu_barrier",
    ])

    /// The blamed one of the candidates, top first.
    static func choose(_ candidates: [String]) -> String? {
        // A stuck RCU or rtnl makes victims all over the kernel: all go under one name.
        for candidate in candidates {
            if candidate.contains("rtnl_lock") { return candidate }
            let isGracePeriod = ["rcu", "srcu", "net", "sched"].contains { candidate.contains("synchronize_\($0)") }
            if isGracePeriod { return "synchronize_rcu" }
        }
        return candidates.first { !$0.withView(primitives.matches) }
    }
}

extension String {
    /// The UTF-8 of a string as a view.
    func withView<T>(_ body: (ByteView) -> T) -> T {
        var copy = self
        return copy.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return body(ByteView("")) }
            return body(ByteView(start: start, count: bytes.count))
        }
    }
}
