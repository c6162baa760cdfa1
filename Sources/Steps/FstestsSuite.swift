import Fstests
public import TestPlan

/// `fstests`: cases of a built tree, by the tree's own `check`, one after the other.
///
/// The guest has the tree on the disk ``SuiteDisk/tree`` and its results on ``SuiteDisk/results``. Between two cases
/// `check` waits for us: it announces each by `logger`, which is a program of ours there. So the files of a case are
/// here before the next one begins, and a case that spoils the guest is the last in it.
public struct FstestsSuite: Suite {
    /// What the plan asks for.
    public let request: FstestsRequest

    /// A suite.
    public init(_ request: FstestsRequest) {
        self.request = request
    }

    /// How its cases are run.
    public var options: SuiteOptions { request.options }

    /// Bytes of a case's file that are kept.
    static let largestFile = 8 << 20
    /// Files of a case that are kept.
    static let mostFiles = 64

    /// The beginning of each case's name: the section's, if there are several.
    func prefix(of section: FstestsRequest.Section) -> String {
        request.sections.count > 1 ? "\(section.name)/" : ""
    }

    /// Our `logger` writes it, once `check` may go on to the case. `check` itself writes `run fstests generic/208 at …`
    /// right behind, which does not tell the sections apart.
    public func mark(of name: String) -> String { "vmharness: case \(name) begins" }
}
