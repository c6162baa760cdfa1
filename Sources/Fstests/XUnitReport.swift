import Foundation
import FoundationXML
import HostProcess

/// What a `result.xml` says (fstests' doc/xunit.xsd): the same verdicts a second time, from other code of `check`.
///
/// `check` writes it anew before each case, so the report of a guest that died has the cases up to the one before
/// the last, and `tests="0"` if that was the first.
public struct XUnitReport: Sendable, Hashable {
    /// Bytes of a report that is read.
    public static let largest = 32 << 20
    /// Cases that are read.
    static let mostCases = 20_000

    /// One `testcase`. With `-L`, a case that failed stands there once a run.
    public struct Case: Sendable, Hashable {
        /// The name: `generic/001`.
        public var name: String
        /// How it ended: ``CheckedCase/Status/pass``, ``CheckedCase/Status/fail`` or ``CheckedCase/Status/notRun``.
        public var status: CheckedCase.Status
        /// How long it took, in seconds, also of a case that did not pass.
        public var seconds: Double?
        /// The message of its failure, or the reason why it did not run.
        public var message: String?

        /// An entry.
        public init(name: String, status: CheckedCase.Status, seconds: Double? = nil, message: String? = nil) {
            self.name = name
            self.status = status
            self.seconds = seconds
            self.message = message
        }
    }

    /// The cases, in the order in which they ran.
    public private(set) var cases: [Case] = []

    /// Reads a report, or a part of one: `testcase` elements without the suite around them.
    ///
    /// - Throws: `Failure` if it is too large or no XML: `check` does not escape the message of a failure.
    public init(_ bytes: [UInt8]) throws {
        guard bytes.count <= Self.largest else {
            throw Failure("the xunit report has more than \(Self.largest >> 20) MiB", on: "result.xml", advice: "")
        }
        let isWhole = bytes.prefix(64).contains(UInt8(ascii: "?"))
        let data = isWhole ? Data(bytes) : Data("<testsuite>".utf8) + bytes + Data("</testsuite>".utf8)
        let reader = XUnitReader()
        let parser = XMLParser(data: data)
        parser.delegate = reader
        // libxml2 mends what it can, and a mended message is another one.
        guard parser.parse(), reader.error == nil else {
            let reason = reader.error ?? "it is no XML"
            throw Failure(
                "cannot read the xunit report: \(reason)", on: "result.xml, line \(parser.lineNumber)", advice: "")
        }
        cases = reader.cases
    }

    /// The results of a case: none, one, or with `-L` several.
    public func results(of name: String) -> [Case] { cases.filter { $0.name == name } }
}

/// Takes the elements of a report as the parser comes by them.
private final class XUnitReader: NSObject, XMLParserDelegate {
    var cases: [XUnitReport.Case] = []
    private(set) var error: String?
    private var current: XUnitReport.Case?

    func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) {
        error = error ?? "\(parseError)"
    }

    private static let longest = 16 << 10

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        switch element {
        case "testcase":
            current = XUnitReport.Case(
                name: attributes["name"] ?? "", status: .pass, seconds: attributes["time"].flatMap { Double($0) })
        case "failure":
            current?.status = .fail
            current?.message = attributes["message"].map { String($0.prefix(Self.longest)) }
        case "skipped":
            current?.status = .notRun
            current?.message = attributes["message"].map { String($0.prefix(Self.longest)) }
        default:
            break
        }
    }

    func parser(
        _ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard element == "testcase", let done = current else { return }
        current = nil
        if cases.count < XUnitReport.mostCases { cases.append(done) } else { parser.abortParsing() }
    }
}
