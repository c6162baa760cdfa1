import KernelLog
import Testing

/// `WARN()` in the headers of all kernel generations (`kernel/panic.c: __warn()`).
struct WarningFormatTests {
    @Test(arguments: [
        Sample(
            "proc, 6.6", .warning, "WARNING: proc registration bug in foo_init", function: "foo_init",
            """
            [    8.000002] WARNING: CPU: 0 PID: 1 at fs/proc/generic.c:376 proc_register+0x43/0x50
            [    8.000004] RIP: 0010:proc_register+0x43/0x50
            [    8.000005] Call Trace:
            [    8.000006]  proc_create_data+0xd/0xf
            [    8.000007]  foo_init+0x10/0x20
            """),
        Sample(
            "same file, another warning", .warning, "WARNING in remove_proc_entry", function: "remove_proc_entry",
            """
            [    8.000002] WARNING: CPU: 0 PID: 1 at fs/proc/generic.c:712 remove_proc_entry+0x43/0x50
            [    8.000004] RIP: 0010:remove_proc_entry+0x43/0x50
            [    8.000005] Call Trace:
            [    8.000007]  foo_exit+0x10/0x20
            """),
        Sample(
            "refcount, 7", .warning, "WARNING: refcount bug in foo_put", function: "foo_put",
            """
            [    8.000002] WARNING: lib/refcount.c:28 at refcount_warn_saturate+0x43/0x50, CPU#0: cat/77
            [    8.000004] RIP: 0010:refcount_warn_saturate+0x43/0x50
            [    8.000005] Call Trace:
            [    8.000007]  foo_put+0x10/0x20
            """),
        Sample(
            "unwinder alone", .warning, "WARNING: stack recursion on stack type NUM", function: nil,
            """
            [    8.000002] WARNING: stack recursion on stack type 4
            """),
        Sample(
            "warning 2.6", .warning, "WARNING in dev_watchdog", function: "dev_watchdog",
            """
            WARNING: at net/sched/sch_generic.c:255 dev_watchdog+0x1e9/0x260()
            Hardware name: X8DTL
            NETDEV WATCHDOG: eth0 (igb): transmit queue 0 timed out
            Pid: 0, comm: swapper Not tainted 2.6.32 #1
            Call Trace:
             <IRQ>  [<ffffffff8106d5c7>] ? warn_slowpath_common+0x87/0xc0
             [<ffffffff8106d6b6>] ? warn_slowpath_fmt+0x46/0x50
             [<ffffffff81466e29>] dev_watchdog+0x1e9/0x260
            """),
        Sample(
            "arm32 new warning", .warning, "WARNING in foo_work", function: "foo_work",
            """
            [    5.000001] ------------[ cut here ]------------
            [    5.000002] WARNING: CPU: 0 PID: 12 at drivers/foo/foo.c:12 foo_work+0x4c/0x70
            [    5.000003] Modules linked in:
            [    5.000004] CPU: 0 PID: 12 Comm: kworker/0:1 Not tainted 6.1.0 #1
            [    5.000005] Hardware name: Generic DT based system
            [    5.000006] Workqueue: events foo_work
            [    5.000007]  unwind_backtrace from show_stack+0x10/0x14
            [    5.000008]  show_stack from dump_stack_lvl+0x40/0x4c
            [    5.000009]  dump_stack_lvl from __warn+0x7c/0x180
            [    5.000010]  __warn from warn_slowpath_fmt+0x64/0xc4
            [    5.000011]  warn_slowpath_fmt from foo_work+0x4c/0x70
            [    5.000012]  foo_work from process_one_work+0x1f0/0x4d0
            [    5.000013]  process_one_work from worker_thread+0x48/0x500
            """),
        Sample(
            "fortify", .warning, "WARNING in foo_copy", function: "foo_copy",
            """
            [    8.000001] memcpy: detected buffer overflow: 16 byte write of buffer size 8
            [    8.000002] WARNING: CPU: 0 PID: 1 at lib/string_helpers.c:1029 __fortify_report+0x43/0x50
            [    8.000003] CPU: 0 PID: 1 Comm: init Not tainted 6.9.0 #1
            [    8.000004] RIP: 0010:__fortify_report+0x43/0x50
            [    8.000005] Call Trace:
            [    8.000006]  <TASK>
            [    8.000007]  __fortify_panic+0xd/0xf
            [    8.000008]  foo_copy+0x10/0x20
            """),
        Sample(
            "warning 7", .warning, "WARNING in foo_put_super", function: "foo_put_super",
            """
            [   12.000001] ------------[ cut here ]------------
            [   12.000002] WARNING: fs/foo/super.c:321 at foo_put_super+0x55/0x60 [foo], CPU#3: umount/1234
            [   12.000003] Modules linked in: foo
            [   12.000004] CPU: 3 UID: 0 PID: 1234 Comm: umount Tainted: G        W           7.2.12-amd64 #1 PREEMPT(lazy)  Debian 7.2.12-1
            [   12.000005] Tainted: [W]=WARN
            [   12.000006] RIP: 0010:foo_put_super+0x55/0x60 [foo]
            [   12.000007] Call Trace:
            [   12.000008]  <TASK>
            [   12.000009]  generic_shutdown_super+0x7a/0x120
            """),
        Sample(
            "warning 7 detailed", .warning, "WARNING in foo_put_super", function: "foo_put_super",
            """
            [   12.000002] WARNING: [ret < 0] fs/foo/super.c:321 at foo_put_super+0x55/0x60, CPU#3: umount/1234
            [   12.000006] RIP: 0010:foo_put_super+0x55/0x60
            [   12.000007] Call Trace:
            [   12.000009]  generic_shutdown_super+0x7a/0x120
            """),
    ])
    func format(_ sample: Sample) {
        sample.check()
    }

    /// Fault injection writes into the report, and the line with the position is lost: the trace still tells.
    @Test func damagedTwice() {
        let reports = KernelLogReader.reports(
            """
            [    8.000001] WARNING: CPU: 0 PID: 1 at fs/foo.c:12 foo_tick+0x43/0x50
            [    8.000002] Call Trace:
            [    8.000003]  foo_timer+0x10/0x20
            [    8.000004] RIP: 0010:foo_interrupted+0x43/0x50
            [    8.000005]  bar+0x1/0x2
            [    8.000006]  should_fail+0x10/0x20
            """)
        #expect(reports.map(\.title) == ["WARNING in foo_timer"])
        #expect(reports.map(\.corrupted) == [true])
    }
}
