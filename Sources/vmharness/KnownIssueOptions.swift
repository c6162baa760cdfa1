import ArgumentParser
import Foundation
import SystemPackage
import TestPlan

/// Where known issues over all plans come from: `known-issues.yaml` beside `testplans/`, and files that are named.
struct KnownIssueOptions: ParsableArguments {
    @Option(
        name: .customLong("known-issues"),
        help: "A file of known issues, besides known-issues.yaml of the data directory; may be given several times.",
        completion: .file(extensions: ["yaml"]))
    var files: [String] = []

    /// - Parameter plans: names of plans besides those of the data directory.
    /// - Throws: `InvalidFile` with everything that is wrong in a file.
    func issues(_ data: DataOptions, plans: [String] = []) throws -> [KnownIssue] {
        let own = try data.directory().appending(KnownIssueFile.fileName).string
        let hasOwn = FileManager.default.fileExists(atPath: own)
        guard hasOwn || !files.isEmpty else { return [] }
        let names = try data.library().names() + plans
        let issues = try files.flatMap { try KnownIssueFile.read($0, plans: names) }
        if !hasOwn { return issues }
        // Named shortly in records: the directory is another on each machine.
        return try KnownIssueFile.read(own, plans: names, displayName: KnownIssueFile.fileName) + issues
    }
}
