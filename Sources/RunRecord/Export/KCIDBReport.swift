public import Foundation

/// A run as KCIDB takes it: checkouts (kernels), builds, tests (cases), and known issues with their incidents.
///
/// The format is that of `kcidb_io`'s schema 5 (github.com/kernelci/kcidb-io, `kcidb_io/schema/v05_00.py` and later).
/// `error` is `MISS` there: the harness failed, and nothing is said of the test. `known` is `FAIL` with an incident of its
/// issue; `flaky` is `FAIL`. What a matrix expected changes no status: it is in `misc`.
public struct KCIDBReport: Sendable {
    private let run: RunRecord
    private let origin: String

    /// The longest excerpt that the schema allows, in characters.
    private static let longestExcerpt = 16_384

    /// - Parameters:
    ///   - run: the run.
    ///   - origin: the name of the CI system; `[a-z0-9_]+`.
    public init(_ run: RunRecord, origin: String) {
        self.run = run
        self.origin = origin
    }

    /// Whether a name can be that of a CI system.
    public static func isOrigin(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    }

    /// The document, with sorted keys.
    ///
    /// - Throws: `EncodingError`, for a number that JSON cannot hold.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(document)
    }

    // The names of the members are the schema's.

    private struct Document: Encodable {
        struct Version: Encodable {
            let major = 5
            let minor = 0
        }
        let version = Version()
        var checkouts: [Checkout] = []
        var builds: [Build] = []
        var tests: [Test] = []
        var issues: [Issue] = []
        var incidents: [Incident] = []
    }

    private struct Checkout: Encodable {
        var id: String
        var origin: String
        var comment: String
        var valid = true
        var misc: [String: String]
    }

    private struct Build: Encodable {
        var id: String
        var origin: String
        var checkout_id: String
        var architecture = "x86_64"
        var comment: String
        var status = "PASS"
        var misc: [String: String]
    }

    private struct Test: Encodable {
        struct Environment: Encodable {
            var comment: String
            var misc: [String: String]
        }
        struct Misc: Encodable {
            var run: String
            var cell: String
            var verdict: String
            var expected: String?
            var reason: String?
            var parameters: [String: String]
            var findings: [String]
        }
        var id: String
        var origin: String
        var build_id: String
        var environment: Environment?
        var path: String
        var comment: String
        var status: String
        var start_time: Date
        var duration: Double
        var log_excerpt: String?
        var misc: Misc
    }

    private struct Issue: Encodable {
        struct Culprit: Encodable {
            let code = true
            let tool = false
            let harness = false
        }
        var id: String
        let version = 1
        var origin: String
        var report_url: String?
        var report_subject: String
        let culprit = Culprit()
        var comment: String
    }

    private struct Incident: Encodable {
        var id: String
        var origin: String
        var issue_id: String
        let issue_version = 1
        var test_id: String
        var present: Bool
    }

    private var document: Document {
        var document = Document()
        var incidents: [String: Incident] = [:]
        for cell in run.cells {
            let (checkout, build) = kernel(cell)
            if !document.builds.contains(where: { $0.id == build.id }) {
                if !document.checkouts.contains(where: { $0.id == checkout.id }) { document.checkouts.append(checkout) }
                document.builds.append(build)
            }
            for record in cell.cases {
                let test = test(record, in: cell, build: build.id)
                if !record.isRemark { document.tests.append(test) }
                for known in record.known ?? [] {
                    let issue = issue(known)
                    if !document.issues.contains(where: { $0.id == issue.id }) { document.issues.append(issue) }
                    let tests = known.isPresent ? [test.id] : absent(known, in: cell).map { id($0, in: cell) }
                    for test in tests {
                        let incident = Incident(
                            id: "\(origin):\(test.dropFirst(origin.count + 1))/\(issue.id.dropFirst(origin.count + 1))",
                            origin: origin, issue_id: issue.id, test_id: test, present: known.isPresent)
                        // Two entries of one issue are one there; where either was seen, it was.
                        if incidents[incident.id]?.present != true { incidents[incident.id] = incident }
                    }
                }
            }
        }
        document.incidents = incidents.values.sorted { $0.id < $1.id }
        return document
    }

    /// The tests that say that an issue was not seen: those that it names. Documents from before these were kept do not
    /// tell which.
    private func absent(_ known: KnownIssueRecord, in cell: CellRecord) -> [CaseRecord] {
        guard let names = known.cases else { return [] }
        return cell.cases.filter { $0.verdict == .pass && !$0.isRemark && (names.isEmpty || names.contains($0.name)) }
    }

    /// A kernel that was built elsewhere: the checkout is what its version says, the build is known by its build id.
    private func kernel(_ cell: CellRecord) -> (Checkout, Build) {
        guard let kernel = cell.environment?.kernel else {
            let asked = "as asked: \(cell.testedKernel)"
            let checkout = Checkout(id: name("kernel \(asked)"), origin: origin, comment: text(asked), misc: [:])
            return (
                checkout,
                Build(
                    id: name("build \(asked)"), origin: origin, checkout_id: checkout.id, comment: text(asked),
                    misc: [:])
            )
        }
        let version = kernel.version.isEmpty ? kernel.release : kernel.version
        let checkout = Checkout(
            id: name("kernel \(version)"), origin: origin, comment: text(version),
            misc: ["version": text(kernel.version), "release": text(kernel.release)])
        return (
            checkout,
            Build(
                id: name("build \(kernel.buildID ?? kernel.digest)\(cell.mutation.map { " mutated by \($0)" } ?? "")"),
                origin: origin, checkout_id: checkout.id,
                comment: text("\(cell.testedKernel): \(kernel.release)"),
                misc: ["build_id": kernel.buildID ?? "", "packages": text(kernel.packages.joined(separator: " "))])
        )
    }

    private func id(_ record: CaseRecord, in cell: CellRecord) -> String { name("\(run.id)/\(cell.id)/\(record.name)") }

    private func test(_ record: CaseRecord, in cell: CellRecord, build: String) -> Test {
        let findings = record.findings.filter { $0.severity != .notice }
        let excerpt = findings.prefix(20).map(\.evidence).joined(separator: "\n\n")
        return Test(
            id: id(record, in: cell), origin: origin, build_id: build,
            environment: cell.environment.map { environment in
                Test.Environment(
                    comment: text("\(environment.backend), \(environment.accelerator.used)"),
                    misc: [
                        "accelerator": environment.accelerator.used, "qemu": text(environment.qemu),
                        "image": text(environment.image), "memory": "\(environment.memory)",
                        "cpus": "\(environment.cpus)",
                    ])
            },
            path: Self.path(cell.plan, record.name), comment: text("\(cell.plan): \(record.name)"),
            status: Self.status(record.verdict), start_time: cell.started,
            duration: record.seconds.isFinite ? record.seconds : 0,
            log_excerpt: excerpt.isEmpty
                ? nil : String(ExportText.visible(excerpt).unicodeScalars.prefix(Self.longestExcerpt)),
            misc: Test.Misc(
                run: run.id, cell: text(cell.id), verdict: record.verdict.rawValue,
                expected: cell.expected.map { text($0.text) }, reason: record.reason.map(text),
                parameters: cell.parameters.mapValues(text), findings: findings.map { text($0.title) }))
    }

    private func issue(_ known: KnownIssueRecord) -> Issue {
        // The same wherever in a file it stands.
        let hash = (known.reason + "\n" + (known.link ?? "")).utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return Issue(
            id: "\(origin):issue-\(String(hash, radix: 16))", origin: origin, report_url: known.link,
            report_subject: text(known.reason), comment: text(known.reason))
    }

    static func status(_ verdict: Verdict) -> String {
        switch verdict {
        case .pass: "PASS"
        case .fail, .flaky, .known: "FAIL"
        case .skip: "SKIP"
        case .error: "MISS"
        }
    }

    /// `PLAN.case` in the characters that the schema allows: `generic/208` is `generic.208`.
    static func path(_ plan: String, _ name: String) -> String {
        ([plan] + name.split(whereSeparator: { "/.:".contains($0) }).map(String.init)).map { part in
            let allowed = part.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "_" }
            return allowed.isEmpty ? "_" : String(allowed.prefix(100))
        }.joined(separator: ".")
    }

    /// An id of ours.
    private func name(_ text: String) -> String { "\(origin):\(ExportText.line(text))" }

    private func text(_ text: String) -> String { ExportText.line(text) }
}
