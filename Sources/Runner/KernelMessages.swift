import KernelLog
import RunRecord

/// The guest's `/dev/kmsg`, as `dmesg --raw` prints it: with the priority of
/// each record, which the console does not show.
struct KernelMessages {
    private let findings: [Finding]

    /// - Parameters:
    ///   - bytes: what `dmesg --raw` printed.
    ///   - file: where it is kept, relative to the cell's directory.
    init(_ bytes: [UInt8], file: String) {
        findings = KernelLogReader.reports(in: bytes).map { Finding($0, source: .kmsg, file: file) }
    }

    /// The reports in it that the console did not have.
    func additional(beyond known: [Finding]) -> [Finding] {
        findings.filter { finding in !known.contains { Self.isSame($0, finding) } }
    }

    /// The findings with those from the console that user space had written:
    /// only here the kernel tells who wrote a line, and such a one has no weight.
    func unmasking(_ console: [Finding]) -> [Finding] {
        console.map { finding in
            guard finding.source == .console, finding.severity == .failure,
                let twin = findings.first(where: { Self.isSame($0, finding) }), twin.report?.forged == true
            else { return finding }
            var finding = finding
            finding.severity = .notice
            finding.report?.forged = true
            finding.detail += twin.detail
            return finding
        }
    }

    /// The same report has the same title and, by the kernel's clock, the same second.
    private static func isSame(_ one: Finding, _ other: Finding) -> Bool {
        guard one.title == other.title else { return false }
        guard let first = one.timestamp, let second = other.timestamp else { return true }
        return abs(first - second) < 1
    }
}
