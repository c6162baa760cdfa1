import Foundation
import Testing

@testable import TestPlan

/// Plans for matrices: `one` has a calibration and a mutation, `two` neither.
enum MatrixFixture {
    private static let one = """
        name: one
        summary: s
        parameters:
          mode: {values: [fast, slow]}
          size: 1MiB
        steps:
          - run: {command: [test, "${mode}", "${size}"]}
        mutations:
          - {name: broken, module: dummy, source: drivers/net, patch: broken.patch}
        calibration:
          fails:
            - {kernel: "debian:5.10", with: {mode: slow}, finding: "BUG in f"}
            - {kernel: "debian:6.12", mutate: broken}
          passes: [{kernel: "debian:6.1"}]

        """
    private static let two = "name: two\nsummary: s\nsteps:\n  - run: {command: [a]}\n"

    /// Reads a matrix that lies beside `plans/`, with a plan `mine` in a directory of its own.
    static func read(_ text: String) throws -> Matrix {
        try withTemporaryDirectory { directory in
            func write(_ path: String, _ text: String) throws {
                let file = URL(filePath: directory + "/" + path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            try write("plans/one/plan.yaml", one)
            try write("plans/one/broken.patch", "--- a\n+++ b\n")
            try write("plans/two/plan.yaml", two)
            try write("own/mine/plan.yaml", two.replacing("two", with: "mine"))
            try write("matrix.yaml", text)
            do {
                return try Matrix.read(
                    directory + "/matrix.yaml", plans: PlanLibrary(directory: directory + "/plans"))
            } catch let error as InvalidFile {
                // Without the directory, which is another each time.
                throw InvalidFile(
                    diagnostics: error.diagnostics.map { problem in
                        Diagnostic(
                            location: problem.location.map {
                                SourceLocation(
                                    file: $0.file.replacing(directory + "/", with: ""), line: $0.line,
                                    column: $0.column)
                            }, message: problem.message.replacing(directory, with: ""), advice: problem.advice)
                    })
            }
        }
    }

    /// A matrix with these items of `cells`.
    static func cells(_ items: String...) throws -> [String] {
        try read("name: m\ncells:\n" + items.map { "  - \($0)\n" }.joined()).cells.map(words)
    }

    static func words(_ cell: Matrix.Cell) -> String {
        cell.subject
            + (cell.expectation.map { " \($0.outcome.rawValue)" + ($0.finding.map { " '\($0)'" } ?? "") } ?? "")
    }

    /// What is wrong with a matrix that has these items of `cells`.
    static func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let error as InvalidFile {
            return error.diagnostics.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }
}
