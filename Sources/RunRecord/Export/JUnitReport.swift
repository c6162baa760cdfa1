import Foundation

/// A run as JUnit XML, as Jenkins, GitLab and others read it: a suite for each cell.
///
/// `known` is a skipped test with its reason, since no build should break over it; `flaky` is a failure; `error` an
/// error. What fails as a matrix expects is skipped like what is known, and where a failure was expected and did not
/// come, there is a case `expectation` that fails. There is no official schema; this keeps to what Apache Ant's `junitreport` and Jenkins' `junit-10.xsd` share.
public struct JUnitReport: Sendable {
    private let run: RunRecord

    /// The report of a run.
    public init(_ run: RunRecord) {
        self.run = run.asExpectedByReaders
    }

    /// The document.
    public var text: String {
        let cases = run.cells.flatMap(\.cases)
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            "<testsuites name=\"\(attribute("vmharness \(run.id)"))\" \(Self.counts(cases)) "
                + "time=\"\(Self.seconds(run.cells.map(\.seconds).reduce(0, +)))\">",
        ]
        for cell in run.cells { lines += suite(cell) }
        lines.append("</testsuites>")
        return lines.joined(separator: "\n") + "\n"
    }

    private func suite(_ cell: CellRecord) -> [String] {
        var lines = [
            "  <testsuite name=\"\(attribute(cell.id))\" \(Self.counts(cell.cases)) "
                + "time=\"\(Self.seconds(cell.seconds))\" timestamp=\"\(Self.time(cell.started))\">",
            "    <properties>",
        ]
        var properties = [("plan", cell.plan), ("kernel", cell.testedKernel)]
        if let expected = cell.expected { properties.append(("expected", expected.text)) }
        if let environment = cell.environment {
            properties += [
                ("release", environment.kernel.release), ("version", environment.kernel.version),
                ("build-id", environment.kernel.buildID ?? ""), ("accelerator", environment.accelerator.used),
                ("qemu", environment.qemu),
            ]
        }
        properties += cell.parameters.sorted { $0.key < $1.key }.map { ("parameter.\($0.key)", $0.value) }
        for (name, value) in properties where !value.isEmpty {
            lines.append("      <property name=\"\(attribute(name))\" value=\"\(attribute(value))\"/>")
        }
        lines.append("    </properties>")
        for record in cell.cases { lines += testCase(record, in: cell) }
        return lines + ["  </testsuite>"]
    }

    private func testCase(_ record: CaseRecord, in cell: CellRecord) -> [String] {
        let head =
            "    <testcase classname=\"\(attribute("\(cell.plan).\(cell.testedKernel)"))\" name=\"\(attribute(record.name))\" "
            + "time=\"\(Self.seconds(record.seconds))\""
        let reason = attribute(ExportText.line(record.reason ?? record.verdict.rawValue))
        let findings = record.findings.filter { $0.severity != .notice }.prefix(20)
        let evidence = ExportText.markup(findings.map(\.evidence).joined(separator: "\n\n"))
        let type = attribute(record.findings.first { $0.severity != .notice }?.kind ?? record.verdict.rawValue)
        switch record.verdict {
        case .pass: return [head + "/>"]
        case .fail, .flaky:
            return [
                head + ">", "      <failure message=\"\(reason)\" type=\"\(type)\">\(evidence)</failure>",
                "    </testcase>",
            ]
        case .error:
            return [
                head + ">", "      <error message=\"\(reason)\" type=\"\(type)\">\(evidence)</error>",
                "    </testcase>",
            ]
        case .skip: return [head + ">", "      <skipped message=\"\(reason)\"/>", "    </testcase>"]
        case .known: return [head + ">", "      <skipped message=\"known: \(reason)\"/>", "    </testcase>"]
        }
    }

    private func attribute(_ text: String) -> String { ExportText.attribute(text) }

    private static func counts(_ cases: [CaseRecord]) -> String {
        let verdicts = cases.map(\.verdict)
        return "tests=\"\(verdicts.count)\" failures=\"\(verdicts.count { $0 == .fail || $0 == .flaky })\" "
            + "errors=\"\(verdicts.count { $0 == .error })\" skipped=\"\(verdicts.count { $0 == .skip || $0 == .known })\""
    }

    /// Milliseconds exactly, without an exponent.
    private static func seconds(_ value: Double) -> String {
        let milliseconds = Int((max(0, value.isFinite ? min(value, 1e9) : 0) * 1000).rounded())
        let rest = "\(milliseconds % 1000)"
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }

    /// UTC without a zone, as the format has it.
    private static func time(_ date: Date) -> String { String(date.ISO8601Format().dropLast()) }
}
