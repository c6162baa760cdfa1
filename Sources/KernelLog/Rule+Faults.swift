extension Rule {
    /// Processor exceptions: page faults, protection faults, traps, oopses.
    static let faults: [Rule] = x86Faults + powerFaults + armFaults + traps + mipsTraps + oopses

    private static let paging = "BUG: unable to handle kernel paging request in {guilty}"
    private static let null = "BUG: unable to handle kernel NULL pointer dereference in {guilty}"

    /// `arch/x86/mm/fault.c`: `show_fault_oops()`, in its spellings before and after 5.1.
    private static let x86Faults: [Rule] = [
        Rule(.pageFault, "BUG: unable to handle kernel paging request", paging, .fault),
        Rule(.pageFault, "BUG: unable to handle page fault for address", paging, .fault),
        Rule(.pageFault, "BUG: unable to handle kernel NULL pointer dereference", null, .fault),
        Rule(.pageFault, "BUG: kernel NULL pointer dereference", null, .fault),
        Rule(.pageFault, "BUG: unable to handle kernel", "BUG: unable to handle kernel", isDamage: true),
    ]

    /// `arch/powerpc/mm/fault.c`: `bad_page_fault()`.
    private static let powerFaults: [Rule] = [
        Rule(.pageFault, "BUG: Unable to handle kernel data access", paging, .fault),
        Rule(.pageFault, "BUG: Unable to handle kernel instruction fetch", paging, .fault),
        Rule(.pageFault, "BUG: Kernel NULL pointer dereference", null, .fault),
        Rule(.pageFault, "BUG: Unable to handle kernel", "BUG: unable to handle kernel", isDamage: true),
        Rule(.pageFault, "Unable to handle kernel paging request for", paging, .fault),
    ]

    /// `arch/arm64/mm/fault.c` (`die_kernel_fault()`), `arch/arm`, `arch/riscv`, `arch/s390`, `arch/mips`.
    private static let armFaults: [Rule] = [
        Rule(.pageFault, "Unable to handle kernel paging request", paging, .fault),
        Rule(.pageFault, "Unable to handle kernel NULL pointer dereference", null, .fault),
        Rule(
            .pageFault, "Unable to handle kernel access to user memory",
            "BUG: unable to handle kernel access to user memory in {guilty}", .fault),
        Rule(
            .pageFault, "Unable to handle kernel execution of user memory",
            "BUG: unable to handle kernel execution of user memory in {guilty}", .fault),
        Rule(
            .pageFault, "Unable to handle kernel write to read-only memory",
            "BUG: unable to handle kernel write to read-only memory in {guilty}", .fault),
        Rule(
            .pageFault, "Unable to handle kernel read from unreadable memory",
            "BUG: unable to handle kernel read from unreadable memory in {guilty}", .fault),
        Rule(
            .pageFault, "Unable to handle kernel execute from non-executable memory",
            "BUG: unable to handle kernel execute from non-executable memory in {guilty}", .fault),
        Rule(.pageFault, "Unable to handle kernel pointer dereference", paging, .fault),
        Rule(.pageFault, "Unable to handle kernel {rest}", "{line}"),
        Rule(
            .trap, "Unhandled fault: {rest}", "Unhandled fault in {guilty}", .fault),
        // A process that the kernel helped out.
        .ignore("Alignment trap: {comm} ({pid}) PC="),
        Rule(.trap, "Alignment trap: {rest}", "Alignment trap in {guilty}", .fault),
        Rule(
            .trap, "Internal error: {*}[#{number}]", "Internal error in {guilty}", .fault, action: .reportUnlessOpen),
        Rule(.trap, "Internal error: {rest}", "Internal error in {guilty}", .fault, action: .reportWithTrace),
    ]

    /// `arch/x86/kernel/traps.c`, `arch/s390/kernel/traps.c`. The exceptions of user processes
    /// (`traps: sh[12] general protection fault ip:...`) are none of ours.
    private static let traps: [Rule] = [
        .ignore("general protection fault ip:"),
        .ignore("general protection fault in user"),
        Rule(.gpf, "general protection fault{*}:", "general protection fault in {guilty}", .fault),
        Rule(.trap, "stack segment: {hex} [#", "stack segment fault in {guilty}", .fault),
        Rule(.trap, "divide error: {hex} [#", "divide error in {guilty}", .position),
        Rule(.trap, "divide_error: {hex} [#", "divide error in {guilty}", .position),
        Rule(.trap, "invalid opcode: {hex} [#", "invalid opcode in {guilty}", .position, action: .reportUnlessOpen),
        Rule(.trap, "int3: {hex} [#", "int3 in {guilty}", .fault),
        Rule(.trap, "segment not present: {hex} [#", "segment not present in {guilty}", .fault),
        Rule(.trap, "alignment check: {hex} [#", "alignment check in {guilty}", .fault),
        Rule(.trap, "control protection: {hex} [#", "control protection fault in {guilty}", .fault),
        Rule(
            .trap, "PANIC: double fault", "PANIC: double fault in {guilty}", .position, action: .reportUnlessOpen),
        Rule(
            .trap, "BUG: {*}stack guard page was hit at", "BUG: stack guard page was hit in {guilty}",
            .fault(choice: .stall)),
        // arm dies of it, riscv and s390 panic with a text of their own.
        Rule(
            .trap, "Insufficient stack space to handle exception!", "Internal error in {guilty}", .fault,
            details: ["Internal error: kernel stack overflow"]),
        Rule(
            .panic, "Insufficient stack space to handle exception!", "kernel panic: Kernel stack overflow",
            details: ["Kernel panic - not syncing: Kernel stack overflow"]),
        Rule(
            .panic, "Kernel stack overflow", "kernel panic: Corrupt kernel stack, can't continue.",
            details: ["Kernel panic - not syncing: Corrupt kernel stack, can't continue."]),
        Rule(
            .trap, "Insufficient stack space to handle exception!", "kernel stack overflow in {guilty}",
            .trace(skip: ["bad_stack"], choice: .stall)),
        Rule(
            .trap, "Kernel stack overflow", "kernel stack overflow in {guilty}",
            .trace(skip: ["bad_stack"], choice: .stall)),
        Rule(.trap, "double fault: {hex} [#", "PANIC: double fault in {guilty}", .position, action: .reportUnlessOpen),
        Rule(
            .trap, "illegal operation: {hex} ilc:", "illegal operation in {guilty}", .fault, action: .reportUnlessOpen),
        Rule(.trap, "specification exception: {hex} ilc:", "specification exception in {guilty}", .fault),
        Rule(.trap, "addressing exception: {hex} ilc:", "addressing exception in {guilty}", .fault),
        Rule(.trap, "protection exception: {hex} ilc:", "protection exception in {guilty}", .fault),
    ]

    /// `arch/mips/kernel/traps.c`, `unaligned.c`, `arch/loongarch/kernel/traps.c`: what `die_if_kernel()` is called with.
    private static let mipsTraps: [Rule] =
        [
            Rule(
                .kernelBug, "Kernel bug detected[#{number}]", "kernel BUG in {guilty}", .fault,
                action: .reportUnlessOpen)
        ]
        + [
            "Reserved instruction in kernel code", "Break instruction in kernel code",
            "Trap instruction in kernel code",
            "Unhandled kernel unaligned access", "Kernel unaligned instruction access",
        ].map { (text: String) in
            Rule(.trap, Pattern(text: "\(text)[#{number}]"), "\(text) in {guilty}", .fault, action: .reportUnlessOpen)
        }

    /// `die()` of all architectures, when the line before it is missing.
    private static let oopses: [Rule] = [
        Rule(.oops, "Oops: {*}[#{number}]", "Oops in {guilty}", .fault, action: .reportUnlessOpen),
        Rule(.oops, "Oops[#{number}]", "Oops in {guilty}", .fault, action: .reportUnlessOpen),
        Rule(.oops, "Oops [#{number}]", "Oops in {guilty}", .fault, action: .reportUnlessOpen),
        Rule(.oops, "Oops - {*}[#{number}]", "Oops in {guilty}", .fault, action: .reportUnlessOpen),
    ]
}
