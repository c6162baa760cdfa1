import KernelLog
import Testing

/// What lockdep says (`kernel/locking/lockdep.c`), with the names it prints before and behind the lock.
struct LockdepFormatTests {
    @Test(arguments: [
        Sample(
            "circular", .lockdep, "possible deadlock in foo_open", function: "foo_open",
            """
            [   12.000001] ======================================================
            [   12.000002] WARNING: possible circular locking dependency detected
            [   12.000003] 6.6.0 #1 Not tainted
            [   12.000004] ------------------------------------------------------
            [   12.000005] cat/77 is trying to acquire lock:
            [   12.000006] ffff88801a2b3c44 (&foo->lock){+.+.}-{3:3}, at: mutex_lock+0x17/0x20
            [   12.000007]
            [   12.000008] but task is already holding lock:
            [   12.000009] ffff88801a2b3c45 (&bar->lock){+.+.}-{3:3}, at: foo_open+0x1c4/0x3b0
            [   12.000010]
            [   12.000011] stack backtrace:
            [   12.000012] CPU: 1 PID: 77 Comm: cat Not tainted 6.6.0 #1
            [   12.000013] Call Trace:
            [   12.000014]  dump_stack_lvl+0xd9/0x150
            [   12.000015]  check_noncircular+0x31a/0x400
            """),
        Sample(
            "read side order", .lockdep, "possible deadlock in bar_timer", function: "bar_timer",
            """
            [   12.000001] WARNING: HARDIRQ-READ-safe -> HARDIRQ-READ-unsafe lock order detected
            [   12.000002] 6.6.0 #1 Not tainted
            [   12.000003] cat/77 [HC0[0]:SC0[2]:HE1:SE0] is trying to acquire:
            [   12.000004] ffff88801a2b3c44 (&foo->lock){+.+.}-{2:2}, at: foo_open+0x1c4/0x3b0
            [   12.000005]
            [   12.000006] ... which became HARDIRQ-READ-irq-safe at:
            [   12.000007]   lock_acquire+0x1a4/0x520
            [   12.000008]   _raw_read_lock+0x2e/0x40
            [   12.000009]   bar_timer+0x12/0x34
            [   12.000010] stack backtrace:
            [   12.000011] Call Trace:
            [   12.000012]  dump_stack_lvl+0xd9/0x150
            """),
        Sample(
            "recursive, 4.9", .lockdep, "possible deadlock in foo_open", function: "foo_open",
            """
            [   12.000001] =============================================
            [   12.000002] [ INFO: possible recursive locking detected ]
            [   12.000003] 4.9.100 #1 Not tainted
            [   12.000004] ---------------------------------------------
            [   12.000005] cat/77 is trying to acquire lock:
            [   12.000006]  (&foo->lock){+.+.+.}, at: [<ffffffff81a2b3c4>] foo_open+0x1c4/0x3b0
            [   12.000007] stack backtrace:
            [   12.000008] Call Trace:
            [   12.000009]  [<ffffffff81b4f0e9>] dump_stack+0x12/0x34
            """),
        Sample(
            "unlock", .lockdep, "WARNING: bad unlock balance in foo_stop", function: "foo_stop",
            """
            [   12.000001] WARNING: bad unlock balance detected!
            [   12.000002] 6.6.0 #1 Not tainted
            [   12.000003] cat/77 is trying to release lock (&foo->lock) at:
            [   12.000004] [<ffffffff81a2b3c4>] foo_stop+0x12/0x34
            [   12.000005] but there are no more locks to release!
            [   12.000006] stack backtrace:
            [   12.000007] Call Trace:
            [   12.000008]  dump_stack_lvl+0xd9/0x150
            """),
        Sample(
            "rcu", .lockdep, "WARNING: suspicious RCU usage in foo_lookup", function: "foo_lookup",
            """
            [   12.000001] WARNING: suspicious RCU usage
            [   12.000002] 6.6.0 #1 Not tainted
            [   12.000003] net/foo.c:123 suspicious rcu_dereference_check() usage!
            [   12.000004] stack backtrace:
            [   12.000005] Call Trace:
            [   12.000006]  lockdep_rcu_suspicious+0x12/0x34
            [   12.000007]  foo_lookup+0x12/0x34
            """),
        Sample(
            "leaked by a work item", .lockdep, "BUG: workqueue leaked lock or atomic in foo_work",
            function: "foo_work",
            """
            [   12.000001] BUG: workqueue leaked lock or atomic: kworker/0:1/0x00000001/77
            [   12.000002]      last function: foo_work
            """),
    ])
    func format(_ sample: Sample) {
        sample.check()
    }

    /// What a rule knows by its headline stays of its kind when the lines behind it are lost.
    @Test(arguments: [
        ("BUG: workqueue leaked lock or atomic: kworker/0:1/0x00000001/77", KernelReport.Kind.lockdep),
        ("BUG: held lock freed!", .lockdep), ("WARNING: Nested lock was not taken", .lockdep),
        ("[ INFO: suspicious RCU usage. ]", .lockdep),
    ])
    func cutOff(_ headline: String, _ kind: KernelReport.Kind) throws {
        let report = try #require(KernelLogReader.reports("[   12.000001] \(headline)\n").first)
        #expect(report.kind == kind)
        #expect(report.corrupted)
    }
}
