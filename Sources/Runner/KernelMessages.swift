import KernelLog
import RunRecord

/// The guest's `/dev/kmsg`, read at the end.
enum KernelMessages {
    /// The reports in it that the console did not have. The same report has
    /// the same title and, by the kernel's clock, the same second.
    static func additional(in bytes: [UInt8], beyond known: [Finding], file: String) -> [Finding] {
        KernelLogReader.reports(in: bytes)
            .map { Finding($0, source: .kmsg, file: file) }
            .filter { finding in
                !known.contains { other in
                    guard other.title == finding.title else { return false }
                    guard let a = other.timestamp, let b = finding.timestamp else { return true }
                    return abs(a - b) < 1
                }
            }
    }
}
