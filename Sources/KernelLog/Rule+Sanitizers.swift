extension Rule {
    /// KASAN, KMSAN, KCSAN, KFENCE, UBSAN and kmemleak.
    static let sanitizers: [Rule] = kasan + kmsan + kcsan + kfence + ubsan + kmemleak

    /// `mm/kasan/report.c`: `print_error_description()`.
    private static let kasan: [Rule] = [
        Rule(
            .kasan, "BUG: KASAN: {type} in {function}", "KASAN: {type} {access} in {guilty}", kasanAccess,
            details: ["{*}{access} of size {hex}"]
        ),
        Rule(
            .kasan, "BUG: KASAN: {type} in {function}", "KASAN: {type} {access} in {guilty}", kasanAccess,
            details: ["{*}{access} at addr {hex}"]
        ),
        Rule(.kasan, "BUG: KASAN: double-free or invalid-free in {function}", freed, kasanFree),
        Rule(.kasan, "BUG: KASAN: double-free in {function}", freed, kasanFree),
        Rule(.kasan, "BUG: KASAN: invalid-free in {function}", freed, kasanFree),
        Rule(
            .kasan, "BUG: KASAN: {type} on address", "KASAN: {type} {access}",
            details: ["{*}{access} of size {number}"]
        ),
        Rule(.kasan, "BUG: KASAN: {type} in {function}{rest}", "KASAN: {type} in {function}{rest}", isDamage: true),
        Rule(.kasan, "BUG: KASAN: {rest}", "KASAN: {rest}", isDamage: true),
        Rule(.kasan, "BUG: KASAN:", "KASAN: corrupted", isDamage: true),
    ]

    private static let freed = "KASAN: invalid-free in {guilty}"
    /// Hardware tag reports begin inside the exception handler.
    private static let kasanAccess = Blame(
        [.headline, .callTrace, .frames], skip: ["kernel_fault", "tag_check", "mem_abort", "^el1_", "^el1h_"])
    private static let kasanFree = Blame(
        [.headline, .callTrace, .frames], skip: ["slab_", "kfree", "kvfree", "vunmap", "vfree"])

    /// `mm/kmsan/report.c`: traces without header, the first is that of the use. Out of tree,
    /// before 6.1, it had one.
    private static let kmsan: [Rule] = [
        Rule(
            .kmsan, "BUG: KMSAN: kernel-usb-infoleak in {function}", "KMSAN: kernel-usb-infoleak in {guilty}",
            Blame(
                [.frames], otherwise: [[.callTrace, .frames]],
                skip: [
                    "alloc_skb", "usb_submit_urb", "usb_start_wait_urb", "usb_bulk_msg", "usb_interrupt_msg",
                    "usb_control_msg",
                ]), needsTrace: false
        ),
        Rule(
            .kmsan, "BUG: KMSAN: {type} in {function}", "KMSAN: {type} in {guilty}",
            Blame(
                [.frames], otherwise: [[.callTrace, .frames]],
                skip: [
                    "alloc_skb", "netlink_ack", "netlink_rcv_skb",
                    // Ciphers are where the bytes are first looked at, not where they come from.
                    "_encrypt$", "^crypto_", "^cipher_", "^drbg_", "^rng_",
                ]), needsTrace: false
        ),
        Rule(.kmsan, "BUG: KMSAN: {rest}", "KMSAN: {rest}", isDamage: true),
    ]

    /// `kernel/kcsan/report.c`: `data-race in a / b`.
    private static let kcsan: [Rule] = [
        Rule(.kcsan, "BUG: KCSAN: {type} in {word}{rest}", "KCSAN: {type} in {word}{rest}", needsTrace: false),
        Rule(.kcsan, "BUG: KCSAN: {rest}", "KCSAN: {rest}", needsTrace: false),
    ]

    /// `mm/kfence/report.c`.
    private static let kfence: [Rule] = [
        Rule(.kfence, "BUG: KFENCE: use-after-free read in {function}", "KFENCE: use-after-free read in {guilty}", kf),
        Rule(
            .kfence, "BUG: KFENCE: use-after-free write in {function}", "KFENCE: use-after-free write in {guilty}", kf),
        Rule(.kfence, "BUG: KFENCE: out-of-bounds read in {function}", "KFENCE: out-of-bounds read in {guilty}", kf),
        Rule(.kfence, "BUG: KFENCE: out-of-bounds write in {function}", "KFENCE: out-of-bounds write in {guilty}", kf),
        Rule(.kfence, "BUG: KFENCE: invalid read in {function}", "KFENCE: invalid read in {guilty}", kf),
        Rule(.kfence, "BUG: KFENCE: invalid write in {function}", "KFENCE: invalid write in {guilty}", kf),
        Rule(
            .kfence, "BUG: KFENCE: invalid free in {function}", "KFENCE: invalid free in {guilty}", kf,
            needsTrace: false),
        Rule(
            .kfence, "BUG: KFENCE: memory corruption in {function}", "KFENCE: memory corruption in {guilty}", kf,
            needsTrace: false),
        Rule(.kfence, "BUG: KFENCE: {rest}", "KFENCE: {rest}", isDamage: true),
    ]

    private static let kf = Blame([.headline, .frames])

    /// `lib/ubsan.c`: `ubsan_prologue()`. Kernels before 5.0 said `Undefined behaviour` for everything.
    private static let ubsan: [Rule] = [
        Rule(
            .ubsan, "UBSAN: Undefined behaviour in {source}", "UBSAN: undefined-behaviour in {guilty}",
            .trace(skip: ["ubsan", "overflow"])),
        Rule(.ubsan, "UBSAN: {type} in {source}", "UBSAN: {type} in {guilty}", .trace(skip: ["ubsan", "overflow"])),
        Rule(.ubsan, "UBSAN: {type} in", "UBSAN: {type} in {guilty}", .trace(skip: ["ubsan", "overflow"])),
        // The trap handler of kernels with CONFIG_UBSAN_TRAP (arm64, x86): `Internal error: UBSAN: ...`.
        Rule(.ubsan, "Internal error: UBSAN: {rest}", "UBSAN: {rest}", .fault),
    ]

    /// `mm/kmemleak.c`: `print_unreferenced()`; the `BUG:` line comes from those who read the file.
    private static let kmemleak: [Rule] = [
        Rule(.kmemleak, "BUG: memory leak", "memory leak in {guilty}", leak),
        Rule(
            .kmemleak, "unreferenced object 0x{hex} (size {number}):", "memory leak in {guilty}", leak,
            action: .reportUnlessFresh),
        Rule(
            .kmemleak, "kmemleak: unreferenced object 0x{hex} (size {number}):", "memory leak in {guilty}", leak,
            action: .reportUnlessFresh),
        Rule(.kmemleak, "kmemleak: {number} new suspected memory leaks", "memory leak", needsTrace: false),
    ]

    private static let leak = Blame(
        [.line([Pattern("{*}backtrace")]), .frames],
        skip: [
            "kmemleak", "mmap", "kmem", "slab", "alloc", "create_object", "idr_get", "list_lru_init", "kasprintf",
            "kvasprintf", "pcpu_create", "strdup", "strndup", "memdup",
        ])
}
