/// A run as KTAP, version 2: a test for each cell, with the cases as tests inside it.
///
/// Version 2 is the proposal on the kernel's lists (`[KTAP V2 PATCH v4] ktap_v2: add test metadata`): version 1 of
/// Documentation/dev-tools/ktap.rst and lines `#:ktap_test: NAME` and `#:PREFIX_TYPE: VALUE` before what they are about.
/// A reader of version 1 takes these for diagnostics. What fails as a matrix expects is `XFAIL` like what is known, and
/// where a failure was expected and did not come, there is a test `expectation` that fails.
public struct KTAPReport: Sendable {
    private let run: RunRecord

    /// The report of a run.
    public init(_ run: RunRecord) {
        self.run = run.asExpectedByReaders
    }

    /// The document.
    public var text: String {
        var lines = ["KTAP version 2", "#:vmharness_run: \(Self.value(run.id))", "1..\(run.cells.count)"]
        for (index, cell) in run.cells.enumerated() {
            lines += self.lines(cell).map { "    " + $0 }
            lines += result(index + 1, cell.id, cell.verdict, cell.reason)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func lines(_ cell: CellRecord) -> [String] {
        var lines = ["KTAP version 2", "#:ktap_test: \(Self.name(cell.id))"]
        lines.append("#:vmharness_plan: \(Self.value(cell.plan))")
        lines.append("#:vmharness_kernel: \(Self.value(cell.testedKernel))")
        if let expected = cell.expected { lines.append("#:vmharness_expected: \(Self.value(expected.text))") }
        if let environment = cell.environment {
            lines.append("#:vmharness_release: \(Self.value(environment.kernel.release))")
            lines.append("#:vmharness_accelerator: \(Self.value(environment.accelerator.used))")
        }
        for (name, value) in cell.parameters.sorted(by: { $0.key < $1.key }) {
            lines.append("#:vmharness_parameter_\(Self.name(name)): \(Self.value(value))")
        }
        lines.append("1..\(cell.cases.count)")
        for (index, record) in cell.cases.enumerated() {
            for finding in record.findings.prefix(20) {
                for line in finding.evidence.split(whereSeparator: \.isNewline) {
                    lines.append("# \(ExportText.line(line))")
                }
            }
            lines += result(index + 1, record.name, record.verdict, record.reason)
        }
        return lines
    }

    /// The line of a result. The reason of a failure may be a guest's words, in which a reader would find a directive
    /// (` # SKIP`) before ours: it stands in a line of its own.
    private func result(_ number: Int, _ name: String, _ verdict: Verdict, _ reason: String?) -> [String] {
        let name = Self.name(name)
        let said = reason.map { ["# \(Self.value($0))"] } ?? []
        // Here the directive is what the reason belongs to.
        let because = reason.map { " " + ExportText.replacing("#", in: Self.value($0), with: "_") } ?? ""
        return switch verdict {
        case .pass: ["ok \(number) \(name)"]
        case .fail: said + ["not ok \(number) \(name)"]
        case .flaky: said + ["not ok \(number) \(name) # flaky"]
        case .known: ["not ok \(number) \(name) # XFAIL\(because)"]
        case .skip: ["ok \(number) \(name) # SKIP\(because)"]
        case .error: said + ["not ok \(number) \(name) # ERROR"]
        }
    }

    private static func value(_ text: String) -> String { ExportText.line(text) }

    /// A `#` would begin a directive: `generic/208 #2` is `generic/208 (2)` here.
    private static func name(_ text: String) -> String {
        ExportText.replacing(
            "#", in: ExportText.line(text).replacing(/\ #([0-9]+)$/) { " (\($0.output.1))" }, with: "_")
    }
}
