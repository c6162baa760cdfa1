import Foundation
import HostProcess
import KernelLog
import RunRecord
import SystemPackage

/// What today's reader finds in the logs that a guest left, and which case each report belongs to by the marks on the
/// console.
struct StoredEvidence {
    /// The kernel's reports on the console, those that user space forged without weight, and those of `/dev/kmsg` that
    /// the console has not.
    let findings: [Finding]
    /// The logs that were read, relative to the cell's directory.
    let files: [String]
    private let marks: [Mark]
    /// How many bytes of each of them were kept.
    private let kept: [String: Int]

    /// Where the console came to something that begins or ends.
    private struct Mark {
        var byte: Int
        var place: Place
    }

    /// Whom a report belongs to.
    enum Place: Hashable {
        /// Nobody but the boot.
        case boot
        /// A step, and the kind of it as the mark has it.
        case step(Int, kind: String)
        /// A case of a suite, by the suite's name.
        case suiteCase(String)
        /// It has ended, and the next has not begun.
        case after(Int)
        /// It is on no console.
        case kmsg
    }

    /// Bytes of a log read at most: more than are ever kept.
    static let limit = 96 << 20

    /// - Parameters:
    ///   - cell: the cell's directory.
    ///   - guest: the guest's number in the cell, from 1.
    /// - Returns: nil if there is no console, so nothing to judge by.
    init?(cell: FilePath, guest: Int) throws {
        let directory = EvidenceDirectory(cell: cell, guest: guest)
        let (console, kmsg) = (directory.path("console.log"), directory.path("kmsg.log"))
        guard access(console.string, F_OK) == 0 else { return nil }
        let bytes = try BoundedRead.bytes(of: console, limit: Self.limit)
        let lines = Self.markLines(in: bytes)
        var findings = Self.reports(in: bytes, endingAt: lines.filter(\.isEnd).map(\.end)).map {
            Finding($0, source: .console, file: directory.name("console.log"))
        }
        var files = [directory.name("console.log")]
        // Behind the limit stands a line of ours.
        var kept = [files[0]: min(bytes.count, CellRunner.consoleLimit)]
        if access(kmsg.string, F_OK) == 0 {
            let bytes = try BoundedRead.bytes(of: kmsg, limit: Self.limit)
            let messages = KernelMessages(bytes, file: directory.name("kmsg.log"))
            kept[directory.name("kmsg.log")] = bytes.count
            findings = messages.unmasking(findings)
            findings += messages.additional(beyond: findings)
            files.append(directory.name("kmsg.log"))
        }
        self.findings = findings
        self.files = files
        self.kept = kept
        marks = lines.compactMap { line in line.place.map { Mark(byte: line.end, place: $0) } }
    }

    /// The reports of a console, none of which goes on beyond the end of a step or case: whoever listened took them
    /// then as they were.
    private static func reports(in bytes: [UInt8], endingAt ends: [Int]) -> [KernelReport] {
        var reader = KernelLogReader()
        var reports: [KernelReport] = []
        var start = 0
        bytes.withUnsafeBytes { all in
            for end in ends + [bytes.count] where end > start {
                reader.read(UnsafeRawBufferPointer(rebasing: all[start..<end]))
                reports += reader.nextReports() + reader.flush()
                start = end
            }
        }
        return (reports + reader.finish()).sorted { $0.range.startByte < $1.range.startByte }
    }

    /// Whether a finding of whoever listened lies where the log was not kept any more: today's reader cannot find it.
    func isBeyond(_ finding: Finding) -> Bool {
        guard let place = finding.place, let kept = kept[place.file], place.endByte > kept else { return false }
        return place.byte >= kept
            || !findings.contains { other in
                guard let there = other.place, there.file == place.file else { return false }
                return there.byte < place.endByte && place.byte < there.endByte
            }
    }

    /// Whom a report belongs to.
    func place(of finding: Finding) -> Place {
        guard finding.source == .console, let byte = finding.place?.byte else { return .kmsg }
        return marks.last { $0.byte <= byte }?.place ?? .boot
    }

    /// The place of what comes after the end of a step: the next that began in this guest, nil after the last.
    func step(after number: Int) -> Place? {
        marks.lazy.map(\.place).first { place in
            if case .step(let other, _) = place { other > number } else { false }
        }
    }

    /// Marks stand in lines of their own (`StepRun.mark`, `Suite.mark`).
    private static func markLines(in bytes: [UInt8]) -> [MarkLine] {
        var marks: [MarkLine] = []
        var start = 0
        while start < bytes.count, marks.count < 1_000_000 {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            // Longer lines are none of ours.
            if end - start < 1024, let mark = mark(bytes[start..<end], end: min(end + 1, bytes.count)) {
                marks.append(mark)
            }
            start = end + 1
        }
        return marks
    }

    private static let own = Array("vmharness: ".utf8)
    private static let fstests = Array("run fstests ".utf8)

    /// A line of ours, and the byte after it.
    private struct MarkLine {
        var end: Int
        var place: Place?
        /// The console was taken up to here.
        var isEnd = false
    }

    private static func mark(_ line: ArraySlice<UInt8>, end: Int) -> MarkLine? {
        guard line.firstRange(of: own) != nil || line.firstRange(of: fstests) != nil else { return nil }
        let text = String(decoding: line, as: UTF8.self)
        if let match = text.firstMatch(of: /vmharness: step ([0-9]{1,5}) \(([a-z.]+)\) (begins|ended)/),
            let number = Int(match.output.1)
        {
            return match.output.3 == "ended"
                ? MarkLine(end: end, place: .after(number), isEnd: true)
                : MarkLine(end: end, place: .step(number, kind: String(match.output.2)))
        }
        if text.contains(/vmharness: step [0-9]{1,5} ended a case/) { return MarkLine(end: end, isEnd: true) }
        if let match = text.firstMatch(of: /vmharness: case (.+?)\s*$/) {
            return MarkLine(end: end, place: .suiteCase(String(match.output.1)))
        }
        if let match = text.firstMatch(of: /run fstests (\S+)/) {
            return MarkLine(end: end, place: .suiteCase(String(match.output.1)))
        }
        return nil
    }
}
