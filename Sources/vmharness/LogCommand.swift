import ArgumentParser
import Foundation
import HostProcess
import KernelLog

/// `vmharness log …`
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Reads kernel logs.", subcommands: [Parse.self])

    /// `vmharness log parse FILE|-`
    struct Parse: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints what the kernel reports in a console log.",
            discussion: "Exit status: 0 if the kernel reported no failure, 1 if it did.")

        @Argument(help: "A console log, or - for standard input.") var file: String
        @Flag(help: "One JSON object a line and report.") var json = false

        func run() throws {
            let input = try open()
            var reader = KernelLogReader()
            var failed = false
            func show(_ reports: [KernelReport]) throws {
                for report in reports {
                    failed = failed || (report.severity == .failure && !report.forged)
                    Terminal.output(json ? try line(report) : text(report))
                }
            }
            while let chunk = try read(input), !chunk.isEmpty {
                chunk.withUnsafeBytes { reader.read($0) }
                try show(reader.nextReports())
            }
            try show(reader.finish())
            throw Ended(status: failed ? 1 : 0)
        }

        private func read(_ input: FileHandle) throws -> Data? {
            do {
                return try input.read(upToCount: 1 << 20)
            } catch {
                throw Failure(
                    "cannot read the log: \(systemError())", on: file, advice: "name a file, or - for standard input",
                    blame: .request)
            }
        }

        private func open() throws -> FileHandle {
            if file == "-" { return .standardInput }
            guard let handle = FileHandle(forReadingAtPath: file) else {
                throw Failure(
                    "cannot read the log: \(systemError())", on: file, advice: "check the path", blame: .request)
            }
            return handle
        }

        private func line(_ report: KernelReport) throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(report), as: UTF8.self)
        }

        private func text(_ report: KernelReport) -> String {
            let marks = [
                report.severity == .notice ? "note" : nil, report.corrupted ? "damaged" : nil,
                report.forged ? "forged by user space" : nil,
            ].compactMap { $0 }
            return Terminal.visible(
                "\(file):\(report.range.startLine): \(report.title)" + (report.location.map { " at \($0)" } ?? "")
                    + (marks.isEmpty ? "" : " [\(marks.joined(separator: ", "))]"))
        }
    }
}
