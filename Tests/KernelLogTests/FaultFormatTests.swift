import KernelLog
import Testing

/// Processor exceptions as each architecture prints them (`arch/*/mm/fault.c`, `arch/*/kernel/traps.c`).
struct FaultFormatTests {
    @Test(arguments: [
        Sample(
            "mips bug", .kernelBug, "kernel BUG in foo_check", function: "foo_check",
            """
            [   11.000001] Kernel bug detected[#1]:
            [   11.000002] CPU: 0 PID: 22 Comm: foo Not tainted 6.1.0 #1
            [   11.000003] epc   : 80a2b3c4 foo_check+0x4/0x34
            [   11.000004] ra    : 80a2b3c8 foo_caller+0x4/0x34
            [   11.000005] Call Trace:
            [   11.000006] [<80a2b3c4>] foo_check+0x4/0x34
            """),
        Sample(
            "unknown kernel access", .pageFault, "Unable to handle kernel tag check fault at virtual address ADDR",
            function: nil,
            """
            [   11.000001] Unable to handle kernel tag check fault at virtual address ffff80001a2b3c44
            [   11.000002] pc : foo_read+0x4/0x34
            [   11.000003] Call trace:
            [   11.000004]  foo_read+0x4/0x34
            """),
        Sample(
            "s390 guesses", .pageFault, "BUG: unable to handle kernel paging request in foo_get", function: "foo_get",
            """
            [   11.000001] Unable to handle kernel pointer dereference in virtual kernel address space
            [   11.000002] Failing address: 0000000000000000 TEID: 0000000000000483
            [   11.000003] Oops: 0004 ilc:3 [#1] SMP
            [   11.000004] CPU: 0 PID: 22 Comm: foo Not tainted 6.1.0 #1
            [   11.000005] Krnl PSW : 0704c00180000000 0000000000a2b3c4 (memcpy+0x12/0x30)
            [   11.000006] Call Trace:
            [   11.000007] ([<0000000000a2b3c4>] stale_guess+0x12/0x30)
            [   11.000008]  [<0000000000a2b3c6>] foo_get+0x14/0x340
            """),
        Sample(
            "riscv stack overflow", .panic, "kernel panic: Kernel stack overflow", function: nil,
            """
            [   11.000001] Insufficient stack space to handle exception!
            [   11.000002] Task stack:     [0xff20000010a2b000..0xff20000010a2f000]
            [   11.000003] Overflow stack: [0xff6000003fa2b3c0..0xff6000003fa2c3c0]
            [   11.000004] CPU: 0 PID: 22 Comm: foo Not tainted 6.1.0 #1
            [   11.000005] epc : foo_deep+0x4/0x34
            [   11.000006] Kernel panic - not syncing: Kernel stack overflow
            [   11.000007] Call Trace:
            [   11.000008] [<ffffffff80a2b3c4>] foo_deep+0x4/0x34
            """),
        Sample(
            "arm stack overflow", .trap, "Internal error in foo_deep", function: "foo_deep",
            """
            [   11.000001] Insufficient stack space to handle exception!
            [   11.000002] Task stack:     [0xe0a2a000..0xe0a2c000]
            [   11.000003] Internal error: kernel stack overflow: 0 [#1] SMP ARM
            [   11.000004] CPU: 0 PID: 22 Comm: foo Not tainted 6.1.0 #1
            [   11.000005] PC is at foo_deep+0x4/0x34
            [   11.000006] Call trace: 
            [   11.000007]  foo_deep from foo_caller+0x4/0x34
            """),
        Sample(
            "arm prefetch abort", .trap, "Internal error in foo_jump", function: "foo_jump",
            """
            [   11.000001] 8<--- cut here ---
            [   11.000002] Unhandled prefetch abort: unknown 25 (0x409) at 0x00000000
            [   11.000003] Internal error: : 409 [#1] SMP ARM
            [   11.000004] CPU: 0 PID: 22 Comm: foo Not tainted 6.1.0 #1
            [   11.000005] PC is at foo_jump+0x4/0x34
            [   11.000006] Call trace: 
            [   11.000007]  foo_jump from foo_caller+0x4/0x34
            """),
        Sample(
            "glued registers", .gpf, "general protection fault in foo_gp", function: "foo_gp",
            """
            [    9.000001] general protection fault: 0000 [#1] SMP
            [    9.000002] Hardware name: QEMU Standard PC, BIOS 1.16.2 04/01/2014[    9.000003] RIP: 0010:foo_gp+0x7c/0xc0
            [    9.000004] Call Trace:
            [    9.000005]  bar+0x1/0x2
            """),
        Sample(
            "i386", .pageFault, "BUG: unable to handle kernel paging request in foo_write", function: "foo_write",
            """
            [   11.000001] BUG: unable to handle page fault for address: c1234567
            [   11.000002] #PF: supervisor write access in kernel mode
            [   11.000003] #PF: error_code(0x0002) - not-present page
            [   11.000004] *pde = 00000000
            [   11.000005] Oops: 0002 [#1] SMP
            [   11.000006] CPU: 0 PID: 22 Comm: foo Not tainted 6.1.0-686 #1
            [   11.000007] EIP: foo_write+0x12/0x30
            [   11.000008] EAX: 00000000 EBX: c1a2b3c4 ECX: 00000000 EDX: 00000000
            [   11.000009] Call Trace:
            [   11.000010]  vfs_foo+0x1/0x2
            """),
        Sample(
            "old i386", .pageFault, "BUG: unable to handle kernel NULL pointer dereference in foo_open",
            function: "foo_open",
            """
            BUG: unable to handle kernel NULL pointer dereference at 00000004
            IP: [<f8a1b0c2>] foo_open+0x12/0x30 [foo]
            *pde = 00000000
            Oops: 0000 [#1] SMP
            Pid: 2222, comm: cat Not tainted 2.6.32 #1
            EIP: 0060:[<f8a1b0c2>] EFLAGS: 00010246 CPU: 0
            EIP is at foo_open+0x12/0x30 [foo]
            Call Trace:
             [<c04b1234>] ? chrdev_open+0x1/0x2
             [<c04b1234>] __dentry_open+0x1/0x2
            """),
        Sample(
            "new oops prefix", .gpf, "general protection fault in foo_gp", function: "foo_gp",
            """
            [    9.000001] Oops: general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP PTI
            [    9.000002] CPU: 0 UID: 0 PID: 9 Comm: cat Not tainted 6.12.0 #1
            [    9.000003] RIP: 0010:foo_gp+0x7c/0xc0
            [    9.000004] Call Trace:
            [    9.000005]  bar+0x1/0x2
            """),
        Sample(
            "double fault", .trap, "PANIC: double fault in foo_df", function: "foo_df",
            """
            [    9.000001] traps: PANIC: double fault, error_code: 0x0
            [    9.000002] double fault: 0000 [#1] PREEMPT SMP
            [    9.000003] CPU: 0 PID: 9 Comm: cat Not tainted 6.1.0 #1
            [    9.000004] RIP: 0010:foo_df+0x7c/0xc0
            [    9.000005] Call Trace:
            [    9.000006]  bar+0x1/0x2
            """),
        Sample(
            "arm64 null", .pageFault, "BUG: unable to handle kernel NULL pointer dereference in foo_ioctl",
            function: "foo_ioctl",
            """
            [   12.000001] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008
            [   12.000002] Mem abort info:
            [   12.000003]   ESR = 0x0000000096000004
            [   12.000004] user pgtable: 4k pages, 48-bit VAs, pgdp=0000000101a2b000
            [   12.000005] Internal error: Oops: 0000000096000004 [#1] SMP
            [   12.000006] Modules linked in: foo(O)
            [   12.000007] CPU: 2 UID: 0 PID: 345 Comm: my prog Tainted: G           O        6.12.0-arm64 #1 Debian 6.12.1-1
            [   12.000008] Hardware name: linux,dummy-virt (DT)
            [   12.000009] pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)
            [   12.000010] pc : foo_ioctl+0x1c/0x40 [foo]
            [   12.000011] lr : __arm64_sys_ioctl+0xac/0xf0
            [   12.000012] sp : ffff800082b3bd40
            [   12.000013] x29: ffff800082b3bd40 x28: ffff0000c0a1b2c3 x27: 0000000000000000
            [   12.000014] Call trace:
            [   12.000015]  foo_ioctl+0x1c/0x40 [foo] (P)
            [   12.000016]  __arm64_sys_ioctl+0xac/0xf0
            [   12.000017] ---[ end trace 0000000000000000 ]---
            """),
        Sample(
            "arm32", .pageFault, "BUG: unable to handle kernel paging request in foo_probe", function: "foo_probe",
            """
            [   15.100000] Unable to handle kernel paging request at virtual address bf0000f4
            [   15.100001] pgd = (ptrval)
            [   15.100002] [bf0000f4] *pgd=00000000
            [   15.100003] Internal error: Oops: 5 [#1] SMP ARM
            [   15.100004] CPU: 0 PID: 99 Comm: sh Not tainted 5.10.0 #2
            [   15.100005] Hardware name: ARM-Versatile Express
            [   15.100006] PC is at foo_probe+0x20/0x80 [foo]
            [   15.100007] LR is at platform_probe+0x5c/0xb0
            [   15.100008] pc : [<bf000020>]    lr : [<c0601234>]    psr: 60000013
            [   15.100009] sp : c1a3bd40  ip : 00000000  fp : c1a3bd64
            [   15.100010] r10: 00000000  r9 : c0f04c48  r8 : 00000000
            [   15.100011] [<bf000020>] (foo_probe [foo]) from [<c0601234>] (platform_probe+0x5c/0xb0)
            [   15.100012] [<c0601234>] (platform_probe) from [<c05ff000>] (really_probe+0x1d0/0x400)
            """),
        Sample(
            "riscv", .pageFault, "BUG: unable to handle kernel paging request in proc_foo_show",
            function: "proc_foo_show",
            """
            [   33.000001] Unable to handle kernel paging request at virtual address ffffffff00000010
            [   33.000002] Oops [#1]
            [   33.000003] Modules linked in:
            [   33.000004] CPU: 1 PID: 77 Comm: cat Not tainted 6.6.0 #1
            [   33.000005] Hardware name: riscv-virtio,qemu (DT)
            [   33.000006] epc : proc_foo_show+0x18/0x30
            [   33.000007]  ra : seq_read_iter+0x100/0x400
            [   33.000008] epc : ffffffff80012345 ra : ffffffff80212345 sp : ff200000006e3c80
            [   33.000009]  gp : ffffffff81a2b3c8 tp : ff60000002a1b2c0 t0 : 0000000000000000
            [   33.000010] status: 0000000200000120 badaddr: ffffffff00000010 cause: 000000000000000d
            [   33.000011] [<ffffffff80012345>] proc_foo_show+0x18/0x30
            [   33.000012] [<ffffffff80212345>] seq_read_iter+0x100/0x400
            [   33.000013] Code: 1141 e422 0800 6108 (611c) 8d7d
            [   33.000014] ---[ end trace 0000000000000000 ]---
            """),
        Sample(
            "powerpc", .pageFault, "BUG: unable to handle kernel NULL pointer dereference in bar_probe",
            function: "bar_probe",
            """
            [   41.000001] BUG: Kernel NULL pointer dereference on read at 0x00000008
            [   41.000002] Faulting instruction address: 0xc0000000007b1234
            [   41.000003] Oops: Kernel access of bad area, sig: 11 [#1]
            [   41.000004] LE PAGE_SIZE=64K MMU=Radix SMP NR_CPUS=2048 NUMA pSeries
            [   41.000005] CPU: 3 PID: 1234 Comm: modprobe Not tainted 6.1.0 #1
            [   41.000006] NIP:  c0000000007b1234 LR: c0000000007b1200 CTR: c000000000a1b2c0
            [   41.000007] REGS: c00000000a1b3c00 TRAP: 0300   Not tainted  (6.1.0)
            [   41.000008] NIP [c0000000007b1234] bar_probe+0x34/0x90 [bar]
            [   41.000009] LR [c0000000007b1200] bar_probe+0x0/0x90 [bar]
            [   41.000010] Call Trace:
            [   41.000011] [c00000000a1b3ea0] [c000000000123456] do_one_initcall+0x60/0x2c0 (unreliable)
            [   41.000012] [c00000000a1b3f70] [c000000000223456] do_init_module+0x70/0x2a0
            """),
        Sample(
            "s390", .pageFault, "BUG: unable to handle kernel paging request in baz_init", function: "baz_init",
            """
            [   51.000001] Unable to handle kernel pointer dereference in virtual kernel address space
            [   51.000002] Failing address: 0000000000000000 TEID: 0000000000000483
            [   51.000003] Fault in home space mode while using kernel ASCE.
            [   51.000004] Oops: 0004 ilc:3 [#1] SMP
            [   51.000005] Modules linked in: baz(E)
            [   51.000006] CPU: 0 PID: 801 Comm: insmod Not tainted 6.1.0 #1
            [   51.000007] Hardware name: QEMU 8561 QEMU (KVM/Linux)
            [   51.000008] Krnl PSW : 0704c00180000000 000003ff8012a01e (baz_init+0x1e/0x40 [baz])
            [   51.000009]            R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:0 PM:0 RI:0 EA:3
            [   51.000010] Krnl GPRS: 0000000000000001 0000000000000000 0000000000000000 000003ff8012a000
            [   51.000011] Call Trace:
            [   51.000012]  [<000003ff8012a01e>] baz_init+0x1e/0x40 [baz]
            [   51.000013] ([<000000000010a1b2>] do_one_initcall+0x3a/0x220)
            [   51.000014]  [<00000000001a2b3c>] do_init_module+0x6c/0x2a0
            """),
        Sample(
            "loongarch", .pageFault, "BUG: unable to handle kernel paging request in foo_b", function: "foo_b",
            """
            [    7.000001] CPU 3 Unable to handle kernel paging request at virtual address 0000000000000010, era == 9000000000a1b2c0, ra == 9000000000a1b200
            [    7.000002] Oops[#1]:
            [    7.000003] CPU: 3 PID: 1 Comm: init Not tainted 6.6.0 #1
            [    7.000004] pc 9000000000a1b2c0 ra 9000000000a1b200 tp 9000000100a18000 sp 9000000100a1bd00
            [    7.000005]    ra: 9000000000a1b200 foo_a+0x10/0x20
            [    7.000006]   ERA: 9000000000a1b2c0 foo_b+0x20/0x60
            [    7.000007]  CRMD: 000000b0 (PLV0 -IE -DA +PG DACF=CC DACM=CC -WE)
            [    7.000008] Call Trace:
            [    7.000009] [<9000000000a1b2c0>] foo_b+0x20/0x60
            [    7.000010] [<9000000000a1b200>] foo_a+0x10/0x20
            """),
        Sample(
            "stack overflow arm64", .trap, "kernel stack overflow in foo_ioctl", function: "foo_ioctl",
            """
            [    9.000001] Insufficient stack space to handle exception!
            [    9.000002] ESR: 0x0000000096000047 -- DABT (current EL)
            [    9.000003] FAR: 0xffff80000b8f3ff0
            [    9.000004] Task stack:     [0xffff80000b8f4000..0xffff80000b8f8000]
            [    9.000005] CPU: 0 PID: 9 Comm: cat Not tainted 6.1.0 #1
            [    9.000006] pc : foo_recurse+0x4/0x30
            [    9.000007] lr : foo_recurse+0x20/0x30
            [    9.000008] Kernel panic - not syncing: kernel stack overflow
            [    9.000009] CPU: 0 PID: 9 Comm: cat Not tainted 6.1.0 #1
            [    9.000010] Call trace:
            [    9.000011]  dump_backtrace+0xe0/0x140
            [    9.000012]  __bad_stack+0x90/0x94
            [    9.000013]  foo_recurse+0x4/0x30
            [    9.000014]  foo_recurse+0x20/0x30
            [    9.000015]  foo_ioctl+0x20/0x30
            [    9.000016]  invoke_syscall+0x48/0x110
            """),
    ])
    func format(_ sample: Sample) {
        sample.check()
    }
}
