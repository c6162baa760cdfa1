import HostProcess
public import TestPlan

/// `kselftest-list.txt`: the tests of an installed tree, `COLLECTION:TEST` a line
/// (tools/testing/selftests/Makefile and lib.mk, `emit_tests`).
public struct KselftestList: Sendable, Hashable {
    /// The tests in the file's order, each once: a Makefile may name one twice.
    public let cases: [KselftestCase]
    /// Lines that name no test, such as what a Makefile said while the list was written.
    public let unknown: [String]

    /// The file's name in the tree.
    public static let fileName = "kselftest-list.txt"
    /// Bytes of the file at most.
    public static let largest = 4 << 20
    private static let mostLines = 50_000

    /// Reads the file's text.
    ///
    /// - Throws: `Failure` for a list without a test, or with more lines than any tree has.
    public init(_ text: String) throws {
        var cases: [KselftestCase] = []
        var unknown: [String] = []
        var seen: Set<KselftestCase> = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard cases.count + unknown.count < Self.mostLines else {
                throw Failure(
                    "more than \(Self.mostLines) lines", on: Self.fileName, advice: "is it the right file?",
                    blame: .request)
            }
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if words.count == 1, let test = KselftestCase(first) {
                if seen.insert(test).inserted { cases.append(test) }
            } else {
                unknown.append(String(line.prefix(200)))
            }
        }
        guard !cases.isEmpty else {
            throw Failure(
                "the list names no test", on: Self.fileName,
                advice: "install the selftests anew: what could not be built is not in it", blame: .request)
        }
        self.cases = cases
        self.unknown = unknown
    }

    /// The collections, in the list's order.
    public var collections: [String] {
        var seen: Set<String> = []
        return cases.map(\.collection).filter { seen.insert($0).inserted }
    }

    /// The tests that a plan asks for and those that it leaves out, in the list's order.
    ///
    /// Tests that are named are all that is run; else whole collections, else the whole tree.
    ///
    /// - Throws: `Failure` for a collection or test that is not in the list, with the nearest that is, and if nothing
    ///   is left to run.
    public func selection(
        _ request: KselftestRequest
    ) throws -> (cases: [KselftestCase], excluded: [KselftestCase]) {
        for name in request.collections where !collections.contains(name) {
            throw Self.unknown("collection", name, among: collections)
        }
        let names = Set(cases.map(\.name))
        for name in request.tests + request.excludedTests where !names.contains(name) {
            guard let test = KselftestCase(name), collections.contains(test.collection) else {
                throw Self.unknown(
                    "collection", String(name.prefix { $0 != ":" }), among: collections)
            }
            throw Self.unknown(
                "test", name, among: cases.filter { $0.collection == test.collection }.map(\.name))
        }
        let chosen =
            if !request.tests.isEmpty {
                cases.filter { request.tests.contains($0.name) }
            } else if !request.collections.isEmpty {
                cases.filter { request.collections.contains($0.collection) }
            } else {
                cases
            }
        let excluded = chosen.filter { request.excludedTests.contains($0.name) }
        guard excluded.count < chosen.count else {
            throw Failure(
                "every test is left out", on: "kselftest", advice: "shorten `exclude`", blame: .request)
        }
        return (chosen.filter { !request.excludedTests.contains($0.name) }, excluded)
    }

    private static func unknown(_ kind: String, _ name: String, among known: [String]) -> Failure {
        let advice =
            nearestSpelling(of: name, among: known).map { "did you mean '\($0)'?" }
            ?? "it has \(known.prefix(40).joined(separator: ", "))" + (known.count > 40 ? ", …" : "")
        return Failure("the selftests have no such \(kind)", on: name, advice: advice, blame: .request)
    }
}
