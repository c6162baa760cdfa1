extension Rule {
    /// lockdep, atomic context and spinlock debugging.
    static let locking: [Rule] = lockdepWarnings + lockdepInfos + lockdepBugs + atomic + spinlocks

    private static let deadlock = "possible deadlock in {guilty}"
    private static let namedDeadlock = "possible deadlock in {function}"
    private static let site: StaticString = "{*}at: {function}"

    /// `kernel/locking/lockdep.c` since 4.12.
    private static let lockdepWarnings: [Rule] = [
        Rule(
            .lockdep, "WARNING: possible circular locking dependency detected", deadlock,
            Blame(
                [.line([Pattern(site)]), .line([Pattern(site)]), .frames],
                // These lock the work item: the deadlock is that of its user.
                skip: ["process_one_work", "flush_workqueue", "drain_workqueue", "destroy_workqueue"]),
            details: ["{*}is trying to acquire lock"]),
        Rule(
            .lockdep, "WARNING: possible irq lock inversion dependency detected", namedDeadlock,
            details: ["{*}just changed the state of lock", site]),
        Rule(
            .lockdep, "WARNING: {*}-safe -> {*}-unsafe lock order detected", deadlock,
            Blame([.line([Pattern("{*}which became {*} at:")]), .frames])),
        Rule(
            .lockdep, "WARNING: possible recursive locking detected", namedDeadlock,
            details: ["{*}is trying to acquire lock", site]),
        Rule(
            .lockdep, "WARNING: inconsistent lock state", "inconsistent lock state in {guilty}", .trace,
            details: ["{*}takes", site]),
        Rule(
            .lockdep, "WARNING: suspicious RCU usage", "WARNING: suspicious RCU usage in {guilty}", rcuUsage,
            details: ["{*}{source}"]),
        Rule(
            .lockdep, "WARNING: {*}still has locks held!", "WARNING: still has locks held in {function}",
            details: [site]),
        Rule(
            .lockdep, "WARNING: Nested lock was not taken", "WARNING: nested lock was not taken in {guilty}", warning()),
        Rule(
            .lockdep, "WARNING: lock held when returning to user space",
            "WARNING: lock held when returning to user space in {function}",
            details: ["{*}leaving the kernel with locks still held", site], needsTrace: false),
        Rule(
            .lockdep, "WARNING: bad unlock balance detected!", "WARNING: bad unlock balance in {guilty}", unlock),
        Rule(
            .lockdep, "WARNING: held lock freed!", "WARNING: held lock freed in {function}", details: [site]),
        // Titles for lockdep reports cut off before their details.
        Rule(.lockdep, "WARNING: possible circular locking dependency detected", "{line}", isDamage: true),
        Rule(.lockdep, "WARNING: possible irq lock inversion dependency detected", "{line}", isDamage: true),
        Rule(.lockdep, "WARNING: possible recursive locking detected", "{line}", isDamage: true),
        Rule(.lockdep, "WARNING: inconsistent lock state", "{line}", isDamage: true),
        Rule(.lockdep, "WARNING: suspicious RCU usage", "{line}", isDamage: true),
        Rule(.lockdep, "WARNING: held lock freed!", "{line}", isDamage: true),
        Rule(.lockdep, "WARNING: lock held when returning to user space", "{line}", isDamage: true),
    ]

    /// The same before 4.12, between brackets: `[ INFO: possible recursive locking detected ]`.
    private static let lockdepInfos: [Rule] = [
        Rule(
            .lockdep, "INFO: possible circular locking dependency detected", namedDeadlock,
            details: ["{*}is trying to acquire lock", site]),
        Rule(
            .lockdep, "INFO: possible irq lock inversion dependency detected", namedDeadlock,
            details: ["{*}just changed the state of lock", site]),
        Rule(
            .lockdep, "INFO: {*}-safe -> {*}-unsafe lock order detected", namedDeadlock,
            details: ["{*}is trying to acquire", site]),
        Rule(
            .lockdep, "INFO: possible recursive locking detected", namedDeadlock,
            details: ["{*}is trying to acquire lock", site]),
        Rule(
            .lockdep, "INFO: inconsistent lock state", "inconsistent lock state in {function}",
            details: ["{*}takes", site]),
        Rule(
            .lockdep, "INFO: suspicious RCU usage", "INFO: suspicious RCU usage in {guilty}", rcuUsage,
            details: ["{*}{source}"]),
        Rule(
            .lockdep, "INFO: trying to register non-static key", "INFO: trying to register non-static key in {guilty}",
            .trace(skip: ["stack", "lock", "IRQ"])),
        Rule(.lockdep, "INFO: possible {rest}", "{line}", isDamage: true),
        Rule(.lockdep, "INFO: inconsistent lock state", "{line}", isDamage: true),
        Rule(.lockdep, "INFO: suspicious RCU usage", "{line}", isDamage: true),
    ]

    private static let lockdepBugs: [Rule] = [
        Rule(
            .lockdep, "BUG: {*}still has locks held!", "BUG: still has locks held in {function}",
            details: ["{*}{address} {function}"]),
        Rule(
            .lockdep, "BUG: lock held when returning to user space",
            "BUG: lock held when returning to user space in {function}",
            details: ["{*}leaving the kernel with locks still held", site], needsTrace: false),
        Rule(.lockdep, "BUG: bad unlock balance detected!", "BUG: bad unlock balance in {guilty}", unlock),
        Rule(
            .lockdep, "BUG: held lock freed!", "BUG: held lock freed in {function}",
            details: ["{*}{address} {function}"]),
        // Kernels for arm print as BUG what others print as a warning of lockdep.c.
        Rule(
            .lockdep, "BUG: Invalid wait context", "WARNING: locking bug in {guilty}",
            .trace(skip: ["lock_sock", "release_sock"])),
        Rule(
            .lockdep, "BUG: workqueue leaked lock or atomic", "BUG: workqueue leaked lock or atomic in {word}",
            details: ["{*}last function: {word}"], needsTrace: false),
        Rule(
            .lockdep, "BUG: workqueue leaked {rest}", "BUG: workqueue leaked lock or atomic in {word}",
            details: ["{*}last function: {word}"], needsTrace: false),
        Rule(.lockdep, "BUG: MAX_{rest}", "{line}", needsTrace: false),
    ]

    private static let unlock = Blame([.line([Pattern("{*}{address} {function}")]), .callTrace, .frames])
    private static let rcuUsage = Blame.trace(skip: ["rcu", "kmem", "slab"])

    /// `kernel/sched/core.c`, `lib/smp_processor_id.c`.
    private static let atomic: [Rule] = [
        Rule(
            .atomicSleep, "BUG: sleeping function called from invalid context at {source}",
            "BUG: sleeping function called from invalid context in {guilty}", .trace),
        Rule(
            .atomicSleep, "BUG: sleeping function called from invalid context at",
            "BUG: sleeping function called from invalid context in {guilty}", .trace),
        Rule(
            .atomicSleep, "BUG: scheduling while atomic", "BUG: scheduling while atomic in {guilty}",
            .trace(skip: ["schedule"])),
        Rule(
            .atomicSleep, "BUG: using {word}() in preemptible", "BUG: using {word}() in preemptible code in {guilty}",
            .trace(skip: ["dump_stack", "preemption", "preempt", "debug_", "processor_id", "this_cpu"])),
    ]

    /// `kernel/locking/spinlock_debug.c`: `spin_bug()`, `rwlock_bug()`.
    private static let spinlocks: [Rule] = [
        "lockup suspected", "already unlocked", "recursion", "cpu recursion", "bad magic", "wrong owner", "wrong CPU",
        "trylock failure on UP", "uninitialized",
    ].flatMap { (complaint: String) in
        ["spinlock", "rwlock"].map { lock in
            Rule(
                .spinlockDebug, Pattern(text: "BUG: \(lock) \(complaint)"),
                "BUG: \(lock) \(complaint) in {guilty}", .trace(skip: ["spin_", "_lock", "_unlock"]))
        }
    }
}
