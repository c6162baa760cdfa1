import KernelLog
import Testing

/// `BUG()`, the memory management's checks, panics.
struct BugFormatTests {
    @Test(arguments: [
        Sample(
            "arm64 brk bug", .kernelBug, "kernel BUG in bar_init", function: "bar_init",
            """
            [    1.000001] ------------[ cut here ]------------
            [    1.000002] kernel BUG at fs/foo/bar.c:99!
            [    1.000003] Internal error: Oops - BUG: 00000000f2000800 [#1] PREEMPT SMP
            [    1.000004] CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.6.0 #1
            [    1.000005] pc : bar_init+0x10/0x20
            [    1.000006] lr : do_one_initcall+0x50/0x200
            [    1.000007] Call trace:
            [    1.000008]  bar_init+0x10/0x20
            [    1.000009]  do_one_initcall+0x50/0x200
            """),
        Sample(
            "without bugverbose", .kernelBug, "kernel BUG at foo_init [verbose debug info unavailable]", function: nil,
            """
            [    1.000002] Kernel BUG at foo_init+0x10/0x20 [verbose debug info unavailable]
            [    1.000003] Internal error: Oops - BUG: 00000000f2000800 [#1] PREEMPT SMP
            [    1.000004] pc : foo_init+0x10/0x20
            [    1.000005] Call trace:
            [    1.000006]  foo_init+0x10/0x20
            """),
        Sample(
            "page tables without prefix", .bugMisc, "BUG: non-zero pgtables_bytes on freeing mm: NUM", function: nil,
            """
            BUG: non-zero pgtables_bytes on freeing mm: 8192
            """),
        Sample(
            "s390 bug", .kernelBug, "kernel BUG in foo_free", function: "foo_free",
            """
            [   52.000001] ------------[ cut here ]------------
            [   52.000002] kernel BUG at mm/foo.c:12!
            [   52.000003] monitor event: 0040 ilc:2 [#1] SMP
            [   52.000004] CPU: 0 PID: 801 Comm: insmod Not tainted 6.1.0 #1
            [   52.000005] Krnl PSW : 0704c00180000000 000003ff8012a01e (foo_free+0x1e/0x40)
            [   52.000006] Call Trace:
            [   52.000007]  [<000003ff8012a01e>] foo_free+0x1e/0x40
            """),
        Sample(
            "list 6.6", .listCorruption, "BUG: corrupted list in foo_remove", function: "foo_remove",
            """
            [    8.000001] list_del corruption. prev->next should be ffff888101a2b3c0, but was dead000000000100. (prev=ffff888101a2b400)
            [    8.000002] ------------[ cut here ]------------
            [    8.000003] kernel BUG at lib/list_debug.c:61!
            [    8.000004] Oops: invalid opcode: 0000 [#1] PREEMPT SMP NOPTI
            [    8.000005] CPU: 0 UID: 0 PID: 9 Comm: kworker/0:1 Not tainted 6.12.0 #1
            [    8.000006] RIP: 0010:__list_del_entry_valid_or_report+0x7c/0xc0
            [    8.000007] Call Trace:
            [    8.000008]  <TASK>
            [    8.000009]  foo_remove+0x10/0x20
            """),
        Sample(
            "usercopy", .usercopy, "BUG: bad usercopy in foo_read", function: "foo_read",
            """
            [    4.000001] usercopy: Kernel memory exposure attempt detected from SLUB object 'kmalloc-64' (offset 0, size 128)!
            [    4.000002] ------------[ cut here ]------------
            [    4.000003] kernel BUG at mm/usercopy.c:102!
            [    4.000004] invalid opcode: 0000 [#1] SMP
            [    4.000005] CPU: 0 PID: 9 Comm: cat Not tainted 6.1.0 #1
            [    4.000006] RIP: 0010:usercopy_abort+0x6c/0x70
            [    4.000007] Call Trace:
            [    4.000008]  __check_heap_object+0xd0/0xe0
            [    4.000009]  __check_object_size+0x1a0/0x200
            [    4.000010]  foo_read+0x10/0x20
            """),
        Sample(
            "slub", .slub, "BUG kmalloc-NUM (Tainted: G B OE ): Right Redzone overwritten", function: nil,
            """
            [   22.000001] =============================================================================
            [   22.000002] BUG kmalloc-64 (Tainted: G    B      OE     ): Right Redzone overwritten
            [   22.000003] -----------------------------------------------------------------------------
            [   22.000004] 0xffff888101a2b3c0-0xffff888101a2b3c7 @offset=960. First byte 0x78 instead of 0xcc
            [   22.000005] Allocated in foo_alloc+0x10/0x20 [foo] age=10 cpu=1 pid=100
            [   22.000006] Slab 0xffffea0004068ac0 objects=32 used=10 fp=0xffff888101a2b400 flags=0x17ffffc0000200
            [   22.000007] CPU: 1 PID: 100 Comm: insmod Tainted: G    B      OE      6.1.0 #1
            [   22.000008] Call Trace:
            [   22.000009]  dump_stack_lvl+0x44/0x5c
            [   22.000010]  check_bytes_and_report.cold+0x50/0x90
            [   22.000011]  free_debug_processing+0x1a0/0x2c0
            [   22.000012]  kfree+0x100/0x120
            [   22.000013]  foo_exit+0x10/0x20 [foo]
            """),
        Sample(
            "rust", .rustPanic, "attempt to add with overflow in <foo::bar::Baz>::start",
            function: "<foo::bar::Baz>::start",
            """
            [    2.000001] rust_kernel: panicked at drivers/foo/foo.rs:12:5:
            [    2.000002] attempt to add with overflow
            [    2.000003] ------------[ cut here ]------------
            [    2.000004] kernel BUG at rust/helpers/bug.c:7!
            [    2.000005] Oops: invalid opcode: 0000 [#1] SMP
            [    2.000006] CPU: 0 UID: 0 PID: 9 Comm: insmod Not tainted 6.15.0 #1
            [    2.000007] RIP: 0010:rust_helper_BUG+0x8/0x10
            [    2.000008] Call Trace:
            [    2.000009]  <TASK>
            [    2.000010]  _RNvCsclqGaBZMIO9_7___rustc17rust_begin_unwind+0x16a/0x170
            [    2.000011]  _RNvNtCs43vyB533jt3_4core9panicking9panic_fmt+0x7e/0x80
            [    2.000012]  _RNvMNtCs1_3foo3barNtB2_3Baz5start+0x7e/0x80 [foo]
            """),
        Sample(
            "panic root", .panic, "kernel panic: VFS: Unable to mount root fs on unknown-block(NUM,NUM)", function: nil,
            """
            [    1.000001] VFS: Cannot open root device "sda1" or unknown-block(0,0): error -6
            [    1.000002] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)
            [    1.000003] CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.0 #1
            [    1.000004] Call Trace:
            [    1.000005]  dump_stack_lvl+0x44/0x5c
            [    1.000006]  panic+0x118/0x2ed
            [    1.000007]  mount_block_root+0x1d3/0x1e6
            """),
        Sample(
            "kill init", .panic, "kernel panic: Attempted to kill init!", function: nil,
            """
            [    1.000002] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100
            [    1.000003] CPU: 0 PID: 1 Comm: init Not tainted 6.1.0 #1
            [    1.000004] Call Trace:
            [    1.000006]  panic+0x118/0x2ed
            """),
        Sample(
            "sysrq crash", .panic, "kernel panic: sysrq triggered crash", function: nil,
            """
            [   44.000001] sysrq: Trigger a crash
            [   44.000002] Kernel panic - not syncing: sysrq triggered crash
            [   44.000003] CPU: 0 PID: 300 Comm: bash Not tainted 6.1.0 #1
            [   44.000004] Call Trace:
            [   44.000005]  sysrq_handle_crash+0x16/0x20
            """),
        Sample(
            "sleeping", .atomicSleep, "BUG: sleeping function called from invalid context in foo_lock",
            function: "foo_lock",
            """
            [    6.000001] BUG: sleeping function called from invalid context at kernel/locking/mutex.c:580
            [    6.000002] in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 77, name: insmod
            [    6.000003] preempt_count: 1, expected: 0
            [    6.000004] CPU: 0 PID: 77 Comm: insmod Not tainted 6.6.0 #1
            [    6.000005] Call Trace:
            [    6.000006]  <TASK>
            [    6.000007]  dump_stack_lvl+0x44/0x5c
            [    6.000008]  __might_resched.cold+0xb3/0xc3
            [    6.000009]  mutex_lock+0x1a/0x40
            [    6.000010]  foo_lock+0x10/0x20
            """),
        Sample(
            "ubsan", .ubsan, "UBSAN: array-index-out-of-bounds in foo_index", function: "foo_index",
            """
            [    3.000001] ------------[ cut here ]------------
            [    3.000002] UBSAN: array-index-out-of-bounds in drivers/foo/foo.c:12:3
            [    3.000003] index 5 is out of range for type 'int [4]'
            [    3.000004] CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.6.0 #1
            [    3.000005] Call Trace:
            [    3.000006]  dump_stack_lvl+0x44/0x5c
            [    3.000007]  __ubsan_handle_out_of_bounds+0x80/0x90
            [    3.000008]  foo_index+0x10/0x20
            """),
        Sample(
            "raw no timestamps", .kasan, "KASAN: slab-use-after-free Read in foo_use", function: "foo_use",
            """
            BUG: KASAN: slab-use-after-free in foo_use+0x10/0x20 [foo]
            Read of size 4 at addr ffff888101a2b3c0 by task insmod/105

            CPU: 0 PID: 105 Comm: insmod Not tainted 6.6.0 #1
            Call Trace:
             <TASK>
             dump_stack_lvl+0x44/0x5c
             print_report+0xd0/0x620
             kasan_report+0xb0/0xe0
             foo_use+0x10/0x20 [foo]
            """),
        Sample(
            "kmsan out of tree", .kmsan, "KMSAN: uninit-value in foo_parse", function: "foo_parse",
            """
            [    3.000001] BUG: KMSAN: uninit-value in foo_parse+0x10/0x20
            [    3.000002] CPU: 0 PID: 77 Comm: cat Not tainted 5.3.0 #1
            [    3.000003] Call Trace:
            [    3.000004]  dump_stack+0x191/0x1f0
            [    3.000005]  kmsan_report+0x13a/0x2b0
            [    3.000006]  __msan_warning+0x73/0xe0
            [    3.000007]  foo_parse+0x10/0x20
            [    3.000008]
            [    3.000009] Uninit was created at:
            [    3.000010]  foo_alloc+0x10/0x20
            """),
        Sample(
            "kmemleak", .kmemleak, "memory leak", function: nil,
            """
            [   80.000001] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
            """),
    ])
    func format(_ sample: Sample) {
        sample.check()
    }

    /// The end of a panic is all that a short ring buffer kept.
    @Test func theLastLineOfAPanic() {
        let reports = KernelLogReader.reports(
            "[    9.000001] ---[ end Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100 ]---\n")
        #expect(reports.map(\.title) == ["kernel panic: Attempted to kill init!"])
        #expect(reports.map(\.corrupted) == [true])
    }

    /// An ftrace dump of any length may stand between a panic and its last line.
    @Test func aPanicIsToldOnce() {
        let dump = (0..<200).map { "[    9.2]     cat-77 0..... 9000000us : foo_event: n=\($0)\n" }.joined()
        let log = "[    9.1] Kernel panic - not syncing: foo\n[    9.1] Call Trace:\n[    9.1]  foo+0x1/0x2\n" + dump
        let reports = KernelLogReader.reports(log + "[    9.3] ---[ end Kernel panic - not syncing: foo ]---\n")
        #expect(reports.map(\.title) == ["kernel panic: foo"])
    }

    /// KASAN before 4.8 prints SLUB's report behind its own: alone it is the rest of a report, with it a part.
    @Test func theSecondHalfOfAnOldKasanReport() {
        let half = """
            BUG foo_cache (Tainted: G    B          ): kasan: bad access detected
            INFO: Allocated in foo_alloc+0x12/0x34 age=12 cpu=1 pid=77
            CPU: 1 PID: 77 Comm: cat Tainted: G    B   4.4.0 #1
            Call Trace:
             [<ffffffff81a2b3c4>] foo_read+0x12/0x34
            """
        let whole = """
            BUG: KASAN: use-after-free in foo_read+0x12/0x34 at addr ffff88801a2b3c44
            Read of size 8 by task cat/77

            """
        #expect(KernelLogReader.reports(half).map(\.title) == ["INFO: Allocated in foo_alloc age=NUM cpu=NUM pid=NUM"])
        #expect(KernelLogReader.reports(half).map(\.corrupted) == [true])
        #expect(KernelLogReader.reports(whole + half).map(\.title) == ["KASAN: use-after-free Read in foo_read"])
    }
}
