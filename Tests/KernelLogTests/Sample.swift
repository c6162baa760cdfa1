import KernelLog
import Testing

/// A report in the form a kernel prints it, written by hand with invented functions, and what is to be read from it.
struct Sample: CustomTestStringConvertible, Sendable {
    let name: String
    let kind: KernelReport.Kind
    let title: String
    let function: String?
    let log: String

    init(_ name: String, _ kind: KernelReport.Kind, _ title: String, function: String?, _ log: String) {
        self.name = name
        self.kind = kind
        self.title = title
        self.function = function
        self.log = log
    }

    var testDescription: String { name }

    /// Expects exactly this report, undamaged.
    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        let reports = KernelLogReader.reports(log)
        #expect(reports.map(\.title) == [title], sourceLocation: sourceLocation)
        #expect(reports.map(\.kind) == [kind], sourceLocation: sourceLocation)
        #expect(reports.map(\.function) == [function], sourceLocation: sourceLocation)
        #expect(reports.map(\.corrupted) == [false], sourceLocation: sourceLocation)
    }
}
