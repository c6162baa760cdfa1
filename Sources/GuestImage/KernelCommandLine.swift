/// The kernel's command line (kernel: Documentation/admin-guide/kernel-parameters.txt).
public enum KernelCommandLine {
    /// What every guest gets. None of it changes what is tested: no mitigation
    /// is off, no message is hidden.
    ///
    /// - Parameters:
    ///   - emulated: true under TCG, and where that is not known yet.
    ///   - systemd: true if systemd is the guest's init.
    public static func defaults(emulated: Bool = true, systemd: Bool = false) -> [String] {
        var words = [
            "console=ttyS0,115200",
            // A panic resets the machine, which `-no-reboot` makes the end of QEMU.
            "panic=-1",
            "printk.time=1",
            // The hang ladder asks by the keyboard when nothing else answers.
            "sysrq_always_enabled=1",
            // Ours are few, and the ready line must not fall to the rate limit.
            "printk.devkmsg=on",
            // Interfaces keep the names the kernel gave them, also in images with udev.
            "net.ifnames=0",
        ]
        if emulated {
            // A busy host makes timer ticks late, and the kernel panic with
            // "timer doesn't work through Interrupt-remapped IO-APIC".
            words.append("no_timer_check")
        }
        if systemd {
            words += ["systemd.show_status=0", "systemd.log_target=kmsg", "systemd.log_level=warning"]
        }
        return words
    }
}
