import ArgumentParser
import Foundation
import HostProcess
import ResultStore
import RunRecord
import Runner
import SystemPackage

/// `vmharness results export RUN`
struct ResultsExport: ParsableCommand {
    /// What a run can be written as.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case junit, ktap, kcidb, markdown, html
    }

    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a run in a format that others read.",
        discussion: """
            junit     JUnit XML, for CI systems
            ktap      KTAP, version 2
            kcidb     JSON for KernelCI's common database; --origin names your CI system
            markdown  a summary for the page of a CI job
            html      one page with everything, which needs no network
            """)

    @Argument(
        help: ArgumentHelp("The run's id, the beginning of one, its directory, or `latest`.", valueName: "run"),
        completion: Completions.runs)
    var name: String
    @Option(help: "junit, ktap, kcidb, markdown or html.") var format: Format
    @Option(
        help: ArgumentHelp("A file instead of standard output; an older one is replaced.", valueName: "file"),
        completion: .file())
    var out: String?
    @Option(
        help: "With what a markdown or html report compares the run; `none` for nothing.",
        completion: Completions.runs)
    var against = "previous"
    @Option(help: "The name of the CI system for kcidb: lower-case letters, digits and underscores.")
    var origin = "vmharness"

    func validate() throws {
        guard KCIDBReport.isOrigin(origin) else {
            throw ValidationError("--origin takes lower-case letters, digits and underscores.")
        }
        guard out != "" else { throw ValidationError("--out takes the name of a file.") }
    }

    func run() throws {
        let store = ResultsShow.storeIfAny()
        let lookup = RunLookup(store: store, runs: RunDirectory.standardParent)
        let found = try lookup.find(name)
        if !found.isWhole {
            Terminal.error("note: the run's files are gone: the report is without its logs")
        }
        let text =
            switch format {
            case .junit: JUnitReport(found.record).text
            case .ktap: KTAPReport(found.record).text
            case .kcidb: String(decoding: try KCIDBReport(found.record, origin: origin).json(), as: UTF8.self) + "\n"
            case .markdown: MarkdownSummary(try report(found, lookup)).text
            case .html: HTMLReport(try report(found, lookup)).text
            }
        guard let out else { return Terminal.output(text.last == "\n" ? String(text.dropLast()) : text) }
        do {
            try Data(text.utf8).write(to: URL(filePath: out), options: .atomic)
        } catch {
            throw Failure(
                "cannot write the report: \(error.localizedDescription)", on: out,
                advice: "name a file in a directory that can be written")
        }
    }

    private func report(_ found: StoredRun, _ lookup: RunLookup) throws -> RunReport {
        let excerpts = found.isWhole ? ExcerptReader(found.directory).excerpts(of: found.record) : [:]
        var report = RunReport(found.record, excerpts: excerpts)
        if against == "previous" {
            // The first run of a plan has none.
            let previous = try? lookup.predecessor(of: found.record)
            report.comparison = previous.map { RunComparison(RunOutcomes($0.record), RunOutcomes(found.record)) }
        } else if against != "none" {
            report.comparison = RunComparison(
                RunOutcomes(try lookup.find(against).record), RunOutcomes(found.record))
        }
        return report
    }
}
