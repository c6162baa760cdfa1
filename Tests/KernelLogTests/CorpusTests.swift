import Foundation
import KernelLog
import Testing

/// Scores the reader on a corpus of logs with known titles, when `VMHARNESS_CORPUS` names its directory.
///
/// `kernel-reports.jsonl` holds an object a line: `log`, the `title` of the first report (empty: no report),
/// `corrupted`. The goals are those of docs/kernel-log.md.
struct CorpusTests {
    static let directory = ProcessInfo.processInfo.environment["VMHARNESS_CORPUS"]

    struct Entry: Decodable {
        var id: String
        var log: String
        var title: String
        var corrupted: Bool
    }

    /// Titles of other programs that share these consoles.
    static let foreign = ["SYZFAIL", "SYZFATAL", "go runtime error", "panic: ", "trusty: "]

    @Test(.enabled(if: directory != nil, "VMHARNESS_CORPUS names no corpus"))
    func score() throws {
        let file = URL(fileURLWithPath: try #require(Self.directory)).appending(path: "kernel-reports.jsonl")
        let entries = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .map { try JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
            .filter { entry in !Self.foreign.contains { entry.title.hasPrefix($0) } }
        var undamaged = 0, detected = 0, positives = 0, exact = 0
        for entry in entries {
            let first = KernelLogReader.reports(entry.log).first { $0.severity == .failure }
            if entry.title.isEmpty {
                #expect(first == nil, "\(entry.id) holds no report")
                continue
            }
            positives += 1
            exact += first?.title == entry.title ? 1 : 0
            if !entry.corrupted {
                undamaged += 1
                detected += first != nil ? 1 : 0
            }
        }
        #expect(Double(detected) >= 0.99 * Double(undamaged), "\(detected) of \(undamaged) undamaged reports found")
        #expect(Double(exact) >= 0.9 * Double(positives), "\(exact) of \(positives) titles exact")
    }
}
