import HostProcess

/// What the installed QEMU says of its version.
public struct QEMUVersion: Sendable, Hashable {
    /// The first line of `qemu-system-x86_64 --version`.
    public let text: String
    /// Major and minor number; zeros if the line has none.
    let number: [Int]

    /// Reads `QEMU emulator version 7.2.22 (Debian …)`.
    public init(text: String) {
        self.text = text
        let words = text.split(separator: " ")
        let word = words.first { $0.first?.isNumber == true } ?? ""
        let parts = word.split(separator: ".").prefix(2).map { Int($0) ?? 0 }
        number = parts.count == 2 ? parts : [0, 0]
    }

    /// True if TCG may run each guest CPU on a thread of its own. Until 8.1, a
    /// CPU could go on running code that another had just patched (QEMU commit
    /// deba78709ae8, "accel/tcg: Always lock pages before translation"): a
    /// guest kernel then dies of an `int3` that it wrote and took back, which
    /// is no fault of its own. Seen in one of our first dozen boots.
    public var hasSafeThreads: Bool { number[0] > 8 || (number[0] == 8 && number[1] >= 1) }

    /// The installed one.
    ///
    /// - Throws: `Failure` if QEMU is not installed.
    public static func installed() async throws -> QEMUVersion {
        let result = try await Command(QEMUCommand.program, ["--version"]).check(
            timeout: .seconds(20), advice: "apt-get install qemu-system-x86")
        return QEMUVersion(text: result.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "unknown")
    }

    /// Whether the installed one was built with libpmem: only then does its file backend know `pmem=on`.
    ///
    /// - Throws: `Failure` if QEMU is not installed.
    public static func hasLibpmem() async throws -> Bool {
        let result = try await Command(QEMUCommand.program, ["-object", "memory-backend-file,help"]).check(
            timeout: .seconds(20), advice: "apt-get install qemu-system-x86")
        return result.text.split(whereSeparator: \.isNewline).contains { $0.trimmedStart.hasPrefix("pmem=") }
    }
}

extension Substring {
    fileprivate var trimmedStart: Substring { drop { $0 == " " } }
}
