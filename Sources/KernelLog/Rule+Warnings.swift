extension Rule {
    /// `WARN()` in all its headers, and what else begins with `WARNING:`.
    ///
    /// `kernel/panic.c`, `__warn()`:
    /// - until 2.6.x: `WARNING: at file:line f+0x1/0x2()`
    /// - until 6.18: `WARNING: CPU: 1 PID: 2 at file:line f+0x1/0x2`
    /// - since: `WARNING: file:line at f+0x1/0x2, CPU#1: comm/2`, with `[condition] ` before the file on request
    static let warnings: [Rule] = harmless + places + generic + stacks

    private static let harmless: [Rule] = [
        .ignore("WARNING: [The mand mount"), .ignore("WARNING: The mand mount"), .ignore("WARNING: the mand mount"),
        .ignore("WARNING: workqueue cpumask: online intersect"), .ignore("WARNING: Unprivileged eBPF is enabled"),
        .ignore("WARNING: See https"), .ignore("WARNING: kernel not compiled with"),
        .ignore("WARNING: fbcon: Driver"),
        // Programs that a boot starts, and text of glibc in dumps.
        .ignore("WARNING: /etc/ssh/moduli"), .ignore("WARNING: Unsupported flag value(s) of 0x%x"),
        .ignore("WARNING: {*} uses wireless extensions"), .ignore("WARNING: {*} uses deprecated v2 capabilities"),
    ]

    /// Warnings of shared code, named after what is wrong with its caller.
    private static let places: [Rule] = [
        at(
            "lib/debugobjects.c", ["debug_print", "debug_check"], .warning, "WARNING: ODEBUG bug in {guilty}",
            skip: [
                "debug_", "rcu", "hrtimer_", "timer_", "work_", "percpu_", "vunmap", "vfree", "__free_", "debug_check",
                "kobject_",
            ]),
        at(
            "mm/usercopy.c", ["usercopy_warn"], .usercopy, "WARNING: bad usercopy in {guilty}",
            skip: ["usercopy", "__check"]),
        at("lib/kobject.c", ["kobject_"], .warning, "WARNING: kobject bug in {guilty}", skip: ["kobject_"]),
        at(
            "fs/proc/generic.c", ["proc_register"], .warning, "WARNING: proc registration bug in {guilty}",
            skip: ["proc_"]),
        at(
            "lib/refcount.c", ["refcount_"], .warning, "WARNING: refcount bug in {guilty}",
            skip: ["refcount", "kobject_"]),
        [
            Rule(
                .lockdep, "WARNING: {*}kernel/locking/lockdep.c:{number} {*}lock_", "WARNING: locking bug in {guilty}",
                warning(skip: ["lock_sock", "release_sock"]))
        ],
        // The name follows at once until 6.18, and behind `at` since.
        ["malloc", "kmalloc", "kvmalloc", "vmalloc", "kzmalloc"].flatMap { (name: String) in
            ["", "{*} "].map { (gap: String) in
                Rule(
                    .warning, Pattern(text: "WARNING: {*}mm/{*}.c:{number} \(gap)\(name)"),
                    "WARNING: kmalloc bug in {guilty}", warning(skip: ["kmalloc", "krealloc", "slab", "kmem"]))
            }
        },
        [
            Rule(
                .warning, "WARNING: {*}mm/vmalloc.c:{number} {*}__vmalloc_node",
                "WARNING: zero-size vmalloc in {guilty}", warning()),
            Rule(
                .warning, "WARNING: {*} usb_submit_urb", "WARNING in {guilty}/usb_submit_urb",
                warning(skip: [
                    "usb_submit_urb", "usb_start_wait_urb", "usb_bulk_msg", "usb_interrupt_msg", "usb_control_msg",
                ])),
        ],
    ].flatMap { $0 }

    /// Since 6.18 the file alone decides; before, the same file also holds functions that warn of themselves.
    private static func at(
        _ file: String, _ functions: [String], _ kind: KernelReport.Kind, _ title: String, skip: [StaticString]
    ) -> [Rule] {
        (functions + ["at "]).map {
            Rule(kind, Pattern(text: "WARNING: {*}\(file):{number} \($0)"), title, warning(skip: skip))
        }
    }

    private static let generic: [Rule] = [
        Rule(.warning, "WARNING: CPU: {cpu} PID: {pid} at {source} {function}", plain, warning()),
        Rule(.warning, "WARNING: CPU: {cpu} PID: {pid} at {function}", plain, warning()),
        Rule(.warning, "WARNING: {source} at {function}{*}, CPU#{cpu}: {comm}/{pid}", plain, warning()),
        Rule(.warning, "WARNING: {source} at {function}", plain, warning()),
        Rule(.warning, "WARNING: {source} at 0x{hex}, CPU#{cpu}", plain, warning()),
        Rule(.warning, "WARNING: {source}, CPU#{cpu}", plain, warning()),
        Rule(.warning, "WARNING: [{*}] {source} at {function}", plain, warning()),
        Rule(.warning, "WARNING: [{*}] {source}", plain, warning()),
        Rule(.warning, "WARNING: at {source} {function}", plain, warning()),
        Rule(.warning, "WARNING: at {function}", plain, warning()),
        Rule(.warning, "WARNING: {*} at {source}", plain, warning()),
        // powerpc before 2.6.38
        Rule(.warning, "Badness at {source}", plain, warning()),
        Rule(.warning, "WARNING: CPU#{cpu}: {comm}/{pid}", plain, warning()),
        Rule(.warning, "WARNING: CPU: {cpu} PID: {pid}", plain, warning()),
    ]

    private static let plain = "WARNING in {guilty}"

    /// `arch/x86/kernel/unwind_frame.c`, `unwind_orc.c`, `dumpstack_64.c`: said while another trace is printed,
    /// and a fault of the kernel when said alone.
    private static let stacks: [Rule] = [
        Rule(
            .warning, "WARNING: kernel stack regs at {hex} in {*} has bad '{word}' value",
            "WARNING: kernel stack regs has bad '{word}' value", needsTrace: false),
        Rule(
            .warning, "WARNING: kernel stack frame pointer at {hex} in {*} has bad value",
            "WARNING: kernel stack frame pointer has bad value", needsTrace: false),
        Rule(
            .warning, "WARNING: stack recursion on stack type {number}", "{line}", action: .reportUnlessOpen,
            needsTrace: false),
        Rule(
            .warning, "WARNING: unrecognized unwind stack type", "{line}", action: .reportUnlessOpen,
            needsTrace: false),
        Rule(.warning, "WARNING: can't access registers at", "{line}", action: .reportUnlessOpen, needsTrace: false),
        Rule(.warning, "WARNING: can't dereference ", "{line}", action: .reportUnlessOpen, needsTrace: false),
    ]

    /// A text of its own; a report only when a trace follows.
    static let unknown: [Rule] = [
        Rule(.warning, "WARNING:{end}", "WARNING: corrupted", action: .reportFromKernel, isDamage: true),
        Rule(.warning, "WARNING: {rest}", "{line}", action: .reportWithTrace, isCatchAll: true),
    ]

    /// x86 tells the place by registers, powerpc by the interrupted function, older kernels by the trace alone.
    ///
    /// The page allocator warns of orders it can never serve. Our plans know that warning by the
    /// allocator's name, so since it is called `__alloc_pages` (5.13 to 6.9) it is not skipped as a helper.
    static func warning(skip: [StaticString] = []) -> Blame {
        Blame(
            [.position, .frames], otherwise: [[.callTrace, .frames]], skip: skip, keep: ["^__alloc_pages$"])
    }
}
