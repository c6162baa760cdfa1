extension Rule {
    /// Lockups, stalls and hung tasks.
    static let stalls: [Rule] = [
        // kernel/watchdog.c
        Rule(
            .softLockup, "BUG: soft lockup - CPU#{cpu} stuck for {number}s! [{comm}:{pid}]", soft,
            .fault(choice: .stall)),
        Rule(.softLockup, "BUG: soft lockup", soft, .fault(choice: .stall)),
        Rule(.hardLockup, "Watchdog detected hard LOCKUP on cpu {cpu}", hard, .fault(choice: .stall)),
        Rule(.hardLockup, "CPU{cpu}: Watchdog detected hard LOCKUP on cpu", hard, .fault(choice: .stall)),
        // arch/powerpc/kernel/watchdog.c
        Rule(.hardLockup, "CPU {cpu} self-detected hard LOCKUP @", hard, .fault(choice: .stall)),
        Rule(.hardLockup, "CPU {cpu} detected hard LOCKUP on other CPUs", hard, .fault(choice: .stall)),
        Rule(.hardLockup, "Watchdog CPU:{cpu} Hard LOCKUP", hard, .fault(choice: .stall)),
        Rule(.hardLockup, "CPU {cpu} Hard LOCKUP", hard, .fault(choice: .stall)),
        Rule(.hardLockup, "BUG: hard lockup", hard, .fault(choice: .stall)),
        // kernel/workqueue.c: show_workqueue_state() follows, without a trace that says more.
        Rule(.workqueueLockup, "BUG: workqueue lockup", "BUG: workqueue lockup", needsTrace: false),
        // kernel/hung_task.c
        Rule(.hungTask, "INFO: task {comm}:{pid} blocked for more than {number} seconds", hung, hang),
        Rule(.hungTask, "INFO: task {comm}:{pid} blocked in I/O wait for more than {number} seconds", hung, hang),
        Rule(
            .hungTask, "INFO: task {comm}:{pid} can't die for more than {number} seconds",
            "INFO: task can't die in {guilty}", .trace(skip: ["schedule"])),
        // kernel/rcu/tree_stall.h
        Rule(.rcuStall, "INFO: rcu_tasks_{word} detected stalls on tasks", "{line}", needsTrace: false),
        Rule(.rcuStall, "INFO: rcu_{word} self-detected stall", stall, rcu),
        Rule(.rcuStall, "INFO: rcu_{word} detected stall", stall, rcu),
        Rule(.rcuStall, "INFO: rcu_{word} detected expedited stall", stall, expedited),
    ]

    private static let soft = "BUG: soft lockup in {guilty}"
    private static let hard = "BUG: hard lockup in {guilty}"
    private static let hung = "INFO: task hung in {guilty}"
    private static let stall = "INFO: rcu detected stall in {guilty}"
    private static let hang = Blame([.callTrace, .frames], choice: .hang)

    /// The trace begins in the timer interrupt that noticed the stall; what it interrupted is to blame.
    private static let rcu = Blame(
        timer, otherwise: [interrupt], skip: ["apic_timer_interrupt", "rcu"], choice: .stall)

    /// Expedited grace periods are watched from elsewhere: the CPU was asked where it is.
    private static let expedited = Blame(
        timer, otherwise: [interrupt, [.instructionPointer, .callTrace, .frames]],
        skip: ["apic_timer_interrupt", "rcu"], choice: .stall)

    private static let timer: [Blame.Step] = [
        .line([Pattern("{*}apic_timer_interrupt")]), .instructionPointer, .frames,
    ]
    private static let interrupt: [Blame.Step] = [
        .line([Pattern("{*}apic_timer_interrupt"), Pattern("{*}Exception stack"), Pattern("{*}el1h_64_irq")]), .frames,
    ]
}
