import ArgumentParser
import Foundation
import ResultStore
import Runner
import SystemPackage

/// `vmharness results rebuild [DIR…]`
struct ResultsRebuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Reads the runs' own files into the results database again.",
        discussion: "A run in the database whose files are gone stays as it is.")

    @Argument(
        help: ArgumentHelp(
            "Directories of runs, or single runs; without any, where runs go by default.", valueName: "dir"))
    var directories: [String] = []
    @Flag(help: "Print one JSON document.") var json = false

    func run() throws {
        let standard = RunDirectory.standardParent
        let here = FilePath(FileManager.default.currentDirectoryPath)
        var paths = directories.map { here.pushing(FilePath($0)).lexicallyNormalized() }
        if paths.isEmpty, FileManager.default.fileExists(atPath: standard.string) { paths = [standard] }
        let report = try ResultsCommand.store().rebuild(from: paths)
        for problem in report.problems { Terminal.error("left out: \(problem.path): \(problem.reason)") }
        if json { return try printJSON(report) }
        let kept = report.kept.isEmpty ? "" : ", \(report.kept.count) without files kept as they were"
        let left = report.problems.isEmpty ? "" : ", \(report.problems.count) left out"
        Terminal.output("\(report.recorded.count) recorded\(kept)\(left)")
    }
}
