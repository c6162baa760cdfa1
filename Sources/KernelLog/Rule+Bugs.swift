extension Rule {
    /// `BUG()`, the memory management's own checks, panics.
    static let bugs: [Rule] = kernelBugs + memory + panics + others

    /// `lib/bug.c`: `kernel BUG at file:line!`.
    private static let kernelBugs: [Rule] = [
        Rule(
            .usercopy, "kernel BUG at mm/usercopy.c:{number}", "BUG: bad usercopy in {guilty}",
            .trace(skip: ["usercopy", "__check"])),
        Rule(
            .listCorruption, "kernel BUG at lib/list_debug.c:{number}", "BUG: corrupted list in {guilty}", .trace),
        // A Rust panic ends in BUG().
        Rule(.kernelBug, "kernel BUG at rust/{rest}", "kernel BUG in {guilty}", .trace, action: .reportUnlessOpen),
        // Everybody's buffer helpers check with BUG_ON; the caller is wrong.
        Rule(.kernelBug, "kernel BUG at {source}", "kernel BUG in {guilty}", .fault(skip: ["^skb_"])),
        Rule(.kernelBug, "kernel BUG at {rest}", "kernel BUG in {guilty}", .fault(skip: ["^skb_"])),
        Rule(.kernelBug, "Kernel BUG at {source}", "kernel BUG in {guilty}", .fault, action: .reportUnlessOpen),
        // Without CONFIG_DEBUG_BUGVERBOSE the address is all that is known.
        Rule(.kernelBug, "Kernel BUG at {rest}", "kernel BUG at {rest}", action: .reportUnlessOpen),
        Rule(.kernelBug, "Kernel BUG [#{number}]", "kernel BUG in {guilty}", .fault, action: .reportUnlessOpen),
        Rule(.kernelBug, "kernel BUG [#{number}]", "kernel BUG in {guilty}", .fault, action: .reportUnlessOpen),
    ]

    /// `mm/page_alloc.c`, `mm/memory.c`, `kernel/fork.c`, `mm/slub.c`, `fs/dcache.c`.
    private static let memory: [Rule] = [
        Rule(.badPage, "BUG: Bad page state", "BUG: Bad page state in {guilty}", badPage),
        Rule(.badPage, "BUG: Bad page cache", "BUG: Bad page cache in {guilty}", badPage),
        Rule(.badPage, "BUG: Bad page map", "BUG: Bad page map"),
        Rule(.badPage, "BUG: Bad rss-counter state", "BUG: Bad rss-counter state", needsTrace: false),
        Rule(
            .bugMisc, "BUG: non-zero nr_ptes on freeing mm", "BUG: non-zero nr_ptes on freeing mm", needsTrace: false),
        Rule(
            .bugMisc, "BUG: non-zero nr_pmds on freeing mm", "BUG: non-zero nr_pmds on freeing mm", needsTrace: false),
        Rule(
            .bugMisc, "BUG: non-zero pgtables_bytes on freeing mm: {rest}", "{line}", needsTrace: false),
        Rule(
            .bugMisc, "BUG: Dentry {*} still in use ({number}) [unmount of", "BUG: Dentry still in use in unmount",
            // A warning with the trace follows.
            needsTrace: false),
        Rule(.slub, "BUG kmalloc-{*}: Object already free", "BUG: Object already free"),
        // The second half of a KASAN report before 4.8.
        Rule(.slub, "BUG kmalloc-{*}: kasan: bad access detected", "{line}", action: .reportUnlessOpen),
        Rule(
            .slub, "BUG {*} ({*}ainted{*}): kasan: bad access detected", "INFO: Allocated in {rest}",
            details: ["INFO: Allocated in {rest}"], action: .reportUnlessOpen, isDamage: true),
        Rule(
            .slub, "BUG {*} ({*}ainted{*}): kasan: bad access detected", "INFO: Freed in {rest}",
            details: ["INFO: Freed in {rest}"], action: .reportUnlessOpen, isDamage: true),
        Rule(.slub, "BUG {*} ({*}ainted{*}): {rest}", "{line}"),
        Rule(.slub, "INFO: Freed in {rest}", "INFO: Freed in {rest}", action: .reportUnlessOpen, isDamage: true),
        Rule(
            .slub, "INFO: Allocated in {rest}", "INFO: Allocated in {rest}", action: .reportUnlessOpen, isDamage: true),
    ]

    /// The trace that counts is the page owner's: where the page came from.
    private static let badPage = Blame(
        [.line([Pattern("{*}page last allocated")]), .frames],
        skip: [
            "free_page", "put_page", "get_page", "update_page", "release_page", "free_unref", "^folio", "^_folio",
            "^__folio", "^___folio", "truncate_inode_pages", "page_frag_free", "alloc", "vmap", "page_owner",
        ])

    /// `kernel/panic.c`. A panic ends the report that led to it; alone it is a report of its own.
    private static let panics: [Rule] = [
        Rule(
            .panic, "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: {function}",
            "kernel panic: stack is corrupted in {function}", action: .reportUnlessOpen, needsTrace: false),
        Rule(
            .panic, "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: {hex}",
            "kernel panic: stack is corrupted in {guilty}", .trace(skip: ["stack_chk"]), action: .reportUnlessOpen),
        Rule(
            .panic, "Kernel panic - not syncing: corrupted stack end detected inside scheduler",
            "kernel panic: corrupted stack end in {guilty}",
            .trace(skip: ["schedule", "retint_kernel"], choice: .stall), action: .reportUnlessOpen),
        Rule(
            .trap, "Kernel panic - not syncing: kernel stack overflow", "kernel stack overflow in {guilty}",
            .trace(skip: ["bad_stack"], choice: .stall), action: .reportUnlessOpen),
        Rule(
            .panic, "Kernel panic - not syncing: Attempted to kill init!", "kernel panic: Attempted to kill init!",
            action: .reportUnlessOpen),
        Rule(
            .panic, "Kernel panic - not syncing: Couldn't open N_TTY ldisc for",
            "kernel panic: Couldn't open N_TTY ldisc", action: .reportUnlessOpen),
        // These three follow a report; alone, they tell that its beginning is lost.
        Rule(
            .panic, "Kernel panic - not syncing: Fatal exception", "kernel panic: Fatal exception",
            action: .reportUnlessOpen, isDamage: true),
        Rule(
            .panic, "Kernel panic - not syncing: panic_on_warn set", "kernel panic: panic_on_warn set",
            action: .reportUnlessOpen, isDamage: true),
        Rule(
            .panic, "Kernel panic - not syncing: hung_task: blocked tasks", "kernel panic: hung_task: blocked tasks",
            action: .reportUnlessOpen, isDamage: true),
        Rule(.panic, "Kernel panic - not syncing: {rest}", "kernel panic: {rest}", action: .reportUnlessOpen),
        Rule(.panic, "Kernel panic", "Kernel panic", action: .reportWithTrace, isDamage: true),
    ]

    /// What nobody has a rule for.
    static let unknownBugs: [Rule] = [
        Rule(.bugMisc, "BUG:{end}", "BUG: corrupted", isDamage: true),
        Rule(.infoMisc, "INFO:{end}", "INFO: corrupted", isDamage: true),
        Rule(.bugMisc, "BUG: {rest}", "{line}", action: .reportFromKernel, needsTrace: false, isCatchAll: true),
    ]

    private static let others: [Rule] = [
        Rule(
            .rustPanic, "rust_kernel: panicked at {rest}", "{message} in {guilty}",
            .trace(skip: ["rust_begin_unwind", "rust_panic"])),
        Rule(
            .netdevWait, "unregister_netdevice: waiting for {*} to become free",
            "unregister_netdevice: waiting for DEV to become free", action: .reportUnlessOpen, needsTrace: false),
        Rule(
            .bugMisc, "VFS: Close: file count is 0", "VFS: Close: file count is zero (use-after-free)",
            needsTrace: false),
        Rule(
            .bugMisc, "VFS: Busy inodes after unmount", "VFS: Busy inodes after unmount (use-after-free)",
            needsTrace: false),
    ]
}
