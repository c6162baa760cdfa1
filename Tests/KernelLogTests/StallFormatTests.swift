import KernelLog
import Testing

/// Lockups, stalls, hung tasks.
struct StallFormatTests {
    @Test(arguments: [
        Sample(
            "hard lockup", .hardLockup, "BUG: hard lockup in foo_spin", function: "foo_spin",
            """
            [   99.000001] watchdog: CPU3: Watchdog detected hard LOCKUP on cpu 3
            [   99.000002] Modules linked in:
            [   99.000003] CPU: 3 PID: 55 Comm: stress Not tainted 6.6.0 #1
            [   99.000004] RIP: 0010:native_queued_spin_lock_slowpath+0x60/0x2b0
            [   99.000005] Call Trace:
            [   99.000006]  _raw_spin_lock_irqsave+0x3d/0x50
            [   99.000007]  foo_spin+0x10/0x20
            [   99.000008]  __x64_sys_ioctl+0x93/0xd0
            [   99.000009]  do_syscall_64+0x5d/0x90
            """),
        Sample(
            "old hard lockup", .hardLockup, "BUG: hard lockup in foo", function: "foo",
            """
            [   99.000001] NMI watchdog: Watchdog detected hard LOCKUP on cpu 0
            [   99.000003] CPU: 0 PID: 55 Comm: stress Not tainted 4.9.0 #1
            [   99.000004] RIP: 0010:[<ffffffff81234567>]  [<ffffffff81234567>] foo_loop+0x60/0x2b0
            [   99.000005] Call Trace:
            [   99.000008]  [<ffffffff81234567>] SyS_foo+0x93/0xd0
            [   99.000009]  [<ffffffff81234567>] do_syscall_64+0x5d/0x90
            """),
        Sample(
            "workqueue", .workqueueLockup, "BUG: workqueue lockup", function: nil,
            """
            [  301.000001] BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 35s!
            [  301.000002] Showing busy workqueues and worker pools:
            [  301.000003] workqueue events: flags=0x0
            """),
        Sample(
            "rcu tasks", .rcuStall, "INFO: rcu_tasks_trace detected stalls on tasks:", function: nil,
            """
            [   70.000001] INFO: rcu_tasks_trace detected stalls on tasks:
            [   70.000002] T77: .... nesting: 1N cpu: 0
            """),
        Sample(
            "hung in an ordinary function", .hungTask, "INFO: task hung in vfree", function: "vfree",
            """
            [  301.000001] INFO: task foo:77 blocked for more than 120 seconds.
            [  301.000002]       Not tainted 6.6.0 #1
            [  301.000003] Call Trace:
            [  301.000004]  __schedule+0x10/0x20
            [  301.000005]  vfree+0x10/0x20
            [  301.000006]  foo_close+0x10/0x20
            """),
        Sample(
            "rcu expedited", .rcuStall, "INFO: rcu detected stall in spin_ioctl", function: "spin_ioctl",
            """
            [   70.000001] rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 0-...D } 21010 jiffies s: 33 root: 0x1/.
            [   70.000002] rcu: blocking rcu_node structures (internal RCU debug):
            [   70.000003] Sending NMI from CPU 1 to CPUs 0:
            [   70.000004] NMI backtrace for cpu 0
            [   70.000005] CPU: 0 PID: 44 Comm: spin Not tainted 6.6.0 #1
            [   70.000006] RIP: 0010:spin_forever+0x1/0x2 [spin]
            [   70.000007] Call Trace:
            [   70.000008]  <NMI>
            [   70.000009]  ? nmi_cpu_backtrace+0x80/0xf0
            [   70.000010]  </NMI>
            [   70.000011]  <TASK>
            [   70.000012]  spin_ioctl+0x1/0x2 [spin]
            [   70.000013]  __x64_sys_ioctl+0x93/0xd0
            [   70.000014]  do_syscall_64+0x5d/0x90
            """),
    ])
    func format(_ sample: Sample) {
        sample.check()
    }
}
