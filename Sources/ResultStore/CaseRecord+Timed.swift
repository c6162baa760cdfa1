import RunRecord

extension CaseRecord {
    /// Whether its seconds say how long it takes: it ran, and ended by itself. What hung, lost its guest or lacked the
    /// host's CPUs says how long somebody waited.
    var isTimed: Bool {
        switch verdict {
        case .skip, .error: false
        case .pass, .fail, .known, .flaky:
            !findings.contains { $0.severity != .notice && Self.cutShort.contains($0.kind) }
        }
    }

    /// Kinds of findings after which a case did not end, or not in its own time.
    private static let cutShort: Set<String> = [
        // Runner's
        "hang", "watchdog", "panic-event", "reboot", "shut-down", "qemu-died", "daemon-died", "daemon-stalled",
        "host-overloaded", "host-disk-full", "ssh-lost",
        // KernelLog's
        "panic", "rcu-stall", "hung-task", "soft-lockup", "hard-lockup", "workqueue-lockup", "netdev-wait",
    ]
}
