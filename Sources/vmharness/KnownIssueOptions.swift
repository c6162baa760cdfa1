import ArgumentParser
import Foundation
import SystemPackage
import TestPlan

/// Where known issues over all plans come from: `known-issues.yaml` beside `testplans/`, and files that are named.
struct KnownIssueOptions: ParsableArguments {
    @Option(
        name: .customLong("known-issues"),
        help: "A file of known issues, besides known-issues.yaml of the data directory; may be given several times.")
    var files: [String] = []

    /// - Parameter plans: names of plans besides those of the data directory.
    /// - Throws: `InvalidFile` with everything that is wrong in a file.
    func issues(_ data: DataOptions, plans: [String] = []) throws -> [KnownIssue] {
        let own = try data.directory().appending(KnownIssueFile.fileName).string
        let all = (FileManager.default.fileExists(atPath: own) ? [own] : []) + files
        guard !all.isEmpty else { return [] }
        let names = try data.library().names() + plans
        return try all.flatMap { try KnownIssueFile.read($0, plans: names) }
    }
}
