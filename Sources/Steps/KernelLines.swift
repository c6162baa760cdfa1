import HostProcess
import RemoteShell

/// What the kernel itself said during a step, as `dmesg --raw` has it.
struct KernelLines {
    /// Without priority and time.
    let lines: [String]

    /// The lines since the step told its process id. Those that user space
    /// wrote are left out: only the kernel's own have facility 0 (printk's
    /// devkmsg_write gives others LOG_USER at least).
    ///
    /// - Parameter raw: `<PRIORITY>[SECONDS] TEXT` a line; a record's further lines begin likewise.
    init(raw: String) {
        var lines: [String] = []
        for line in raw.split(whereSeparator: \.isNewline) {
            guard line.first == "<", let end = line.firstIndex(of: ">"),
                let priority = Int(line[line.index(after: line.startIndex)..<end])
            else { continue }
            var text = line[line.index(after: end)...]
            if text.first == "[", let close = text.firstIndex(of: "]") {
                text = text[text.index(after: close)...].dropFirst()
            }
            // The syslog priority is `facility << 3 | level` (include/linux/syslog.h, RFC 3164).
            if priority >> 3 == 0 {
                lines.append(String(text))
            } else if text.hasPrefix(stepProcessMark) {
                lines = []
            }
        }
        self.lines = lines
    }

    /// Reads them from the guest; none if it does not answer.
    static func read(in context: StepContext) async throws -> KernelLines {
        let result = try? await context.shell.run("dmesg --raw", outputLimit: 16 << 20, timeout: .seconds(30))
        try Task.checkCancellation()
        return KernelLines(raw: result?.text ?? "")
    }
}
