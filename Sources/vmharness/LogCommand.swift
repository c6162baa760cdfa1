import ArgumentParser
import Foundation
import GuestImage
import HostProcess
import KernelLog
import Symbolizer
import SystemPackage
import TestPlan

/// `vmharness log …`
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Reads kernel logs.", subcommands: [Parse.self])

    /// `vmharness log parse FILE|-`
    struct Parse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints what the kernel reports in a console log.",
            discussion: """
                With --kernel each report's stack is printed too, with files and lines of the kernel's sources.

                Exit status: 0 if the kernel reported no failure, 1 if it did.
                """)

        @Argument(help: "A console log, or - for standard input.") var file: String
        @Flag(help: "One JSON object a line and report.") var json = false
        @Option(help: ArgumentHelp("The kernel's vmlinux with debug information, or build:TREE.", valueName: "vmlinux"))
        var kernel: String?
        @Option(help: ArgumentHelp("A directory with the .ko or .ko.debug files of its modules.", valueName: "dir"))
        var modules: String?

        func validate() throws {
            guard modules == nil || kernel != nil else { throw ValidationError("--modules needs --kernel") }
        }

        func run() async throws {
            let input = try open()
            let symbolizer = try await symbolizer()
            var reader = KernelLogReader()
            var failed = false
            func show(_ reports: [KernelReport]) async throws {
                failed = failed || reports.contains { $0.severity == .failure && !$0.forged }
                guard let symbolizer else {
                    for report in reports { Terminal.output(json ? try line(report) : text(report)) }
                    return
                }
                for report in try await symbolizer.symbolize(reports) {
                    Terminal.output(json ? try line(report) : text(report))
                }
            }
            while let chunk = try read(input), !chunk.isEmpty {
                chunk.withUnsafeBytes { reader.read($0) }
                try await show(reader.nextReports())
            }
            try await show(reader.finish())
            for notice in await symbolizer?.notices ?? [] { Terminal.error("note: \(notice)") }
            throw Ended(status: failed ? 1 : 0)
        }
    }
}

extension LogCommand.Parse {
    private func open() throws -> FileHandle {
        if file == "-" { return .standardInput }
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw Failure(
                "cannot read the log: \(systemError())", on: file, advice: "check the path", blame: .request)
        }
        return handle
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

    private func symbolizer() async throws -> Symbolizer? {
        guard let kernel else { return nil }
        if case .build(let path)? = try? KernelName(parsing: kernel) {
            guard let symbols = KernelSymbols(tree: hostPath(path)) else {
                throw Failure(
                    "no vmlinux of a built kernel", on: kernel, advice: "name a tree that is built, or a vmlinux",
                    blame: .request)
            }
            return try await Symbolizer(
                kernel: symbols.vmlinux, modules: modules.map(hostPath), moduleFiles: symbols.modules)
        }
        return try await Symbolizer(kernel: hostPath(kernel), modules: modules.map(hostPath))
    }

    private func line(_ report: some Encodable) throws -> String {
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

    /// The report, and a line a frame as kernel developers write them: ` f+0x1/0x2 fs/file.c:12 [module]`.
    private func text(_ report: SymbolizedReport) -> String {
        let frames = report.frames.map { symbolized in
            let frame = symbolized.frame
            let offset = frame.offset.map { "+0x" + String($0, radix: 16) } ?? ""
            let size = frame.size.map { "/0x" + String($0, radix: 16) } ?? ""
            let words = [
                (frame.isUnreliable ? "? " : "") + frame.function + offset + size, symbolized.location,
                symbolized.isInlined ? "[inline]" : frame.module.map { "[\($0)]" },
            ]
            return "\n    " + Terminal.visible(words.compactMap { $0 }.joined(separator: " "))
        }
        return text(report.report) + frames.joined()
    }
}
