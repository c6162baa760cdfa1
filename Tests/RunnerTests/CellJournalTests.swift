import Foundation
import HostProcess
import RunRecord
import Testing

@testable import Runner

@Suite("A cell's record while it runs")
struct CellJournalTests {
    @Test("A function that is not put back is an error, even of a guest that never came up")
    func unrestored() {
        let journal = CellJournal(
            CellRecord(
                id: "cell", plan: "plan", kernel: "debian:6.12", mutation: nil, parameters: [:], started: Date(),
                directory: "cell")
        ) { _ in }
        journal.add(CaseRecord(name: "guest", verdict: .pass, seconds: 0))
        journal.unrestored(Failure("its driver e1000e is not loaded any more", on: "0000:03:00.0", advice: ""))
        let record = journal.conclude()
        #expect(record.verdict == .error)
        #expect(record.reason?.contains("its driver e1000e is not loaded any more: 0000:03:00.0") == true)
    }
}
