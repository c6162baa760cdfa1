/// Lines that part the life of a machine: a boot, an orderly end, a dump that somebody asked for.
enum Milestone {
    /// The kernel's first line, with its release.
    case kernelStart(KernelIdentity)
    /// Firmware, boot loader or decompressor speak: the machine has been reset.
    case firmware
    /// The kernel goes down because it was asked to.
    case orderlyEnd
    /// SysRq: what follows are traces of a healthy mind.
    case requestedDump

    static let texts: [StaticString] =
        ["Linux version "] + firmwareTexts + endTexts + ["sysrq: ", "SysRq : "]

    /// What firmware and loaders say first, without a printk prefix.
    private static let firmwareTexts: [StaticString] = [
        "Booting the kernel.", "SeaBIOS (version", "U-Boot SPL ", "U-Boot 20", "EFI stub: Booting Linux",
        "OpenSBI v", "iPXE (http", "Decompressing Linux...", "Booting `", "BdsDxe: ",
    ]

    private static let endTexts: [StaticString] = [
        "reboot: ", "Rebooting in ", "Restarting system", "kexec_core: Starting new kernel",
        "kexec: Starting new kernel",
        "Power down.", "System halted.",
    ]

    static func parse(_ message: ByteView, speaker: Speaker) -> Milestone? {
        if message.hasPrefix("Linux version ") { return kernelStart(message) }
        if speaker == .unknown, firmwareTexts.contains(where: { message.hasPrefix($0) }) {
            return .firmware
        }
        if message.hasPrefix("sysrq: ") || message.hasPrefix("SysRq : ") {
            let ends: [StaticString] = ["Resetting", "Power Off", "Trigger a crash", "Emergency"]
            let command = message.dropFirst(message.hasPrefix("sysrq: ") ? 7 : 8)
            return ends.contains { command.hasPrefix($0) } ? .orderlyEnd : .requestedDump
        }
        return endTexts.contains { message.hasPrefix($0) } ? .orderlyEnd : nil
    }

    /// `Linux version 6.1.0-56-amd64 (debian-kernel@...) (gcc-12 ...) #1 SMP PREEMPT_DYNAMIC Debian ... (date)`.
    private static func kernelStart(_ message: ByteView) -> Milestone? {
        var end = 14
        while end < message.count, message[end] != .space { end += 1 }
        guard message.at(14).isDigit else { return nil }
        let build = message.find(" #", from: end).flatMap { ProcessLine.build(message.dropFirst($0)) }
        return .kernelStart(KernelIdentity(release: message.slice(14, end).string, build: build))
    }
}
