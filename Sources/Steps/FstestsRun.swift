import Fstests
import HostProcess
import RemoteShell
import SystemPackage
import TestPlan

/// One `check` of one section, followed while it runs.
struct FstestsRun {
    /// How it ended.
    enum Ending {
        /// Every case was reported.
        case complete
        /// A case left something behind, and `check` was not let on to the next.
        case damaged
    }

    let suite: FstestsSuite
    let section: FstestsRequest.Section
    let context: StepContext
    let report: @Sendable (SuiteEvent) async -> Void
    private let names: [String]

    /// Cases that were asked for and have no result yet.
    private var remaining: Set<String>
    /// The case whose verdict has been read and whose files have not been fetched.
    private var ended: CheckedCase?
    /// What was reported of each, to be compared with the summary.
    private var verdicts: [String: CheckedCase.Status] = [:]
    private var setupErrors: [String] = []
    private var unknown: [String] = []
    private var failures: Set<String> = []

    /// Bytes of `check`'s output that are read; a case has a few lines.
    private static let outputLimit = 64 << 20
    /// Bytes of a case's files together.
    private static let fetchedLimit = 128 << 20
    /// Fetching a case's files.
    private static let fetchLimit = Duration.seconds(900)

    init(
        suite: FstestsSuite, section: FstestsRequest.Section, names: [String], context: StepContext,
        report: @Sendable @escaping (SuiteEvent) async -> Void
    ) {
        self.suite = suite
        self.section = section
        self.names = names
        self.context = context
        self.report = report
        remaining = Set(names)
    }

    private var prefix: String { suite.prefix(of: section) }

    /// Runs the cases.
    ///
    /// - Throws: `Failure` if `check` ends before all of them have a result; `RemoteShell.Lost`;
    ///   `RemoteShell.TimedOut`; `CancellationError`.
    mutating func run() async throws -> Ending {
        try await prepare()
        let log = try BoundedFile(logPath(), limit: Self.outputLimit)
        defer { log.finish() }
        let words = GuestWord.quoted(CheckConfiguration.arguments(for: section) + ["--exact-order"])
        let script = """
            \(announcement)
            \(FstestsSession.environment(section, prefix: prefix))
            exec ./check \(words) $(cat \(FstestsSession.cases(section))) 2>\(FstestsSession.errors(section)) </dev/null
            """
        let (chunks, feed) = AsyncStream.makeStream(of: [UInt8].self)
        let shell = context.shell
        // A child of this task: leaving this function, by whatever way, ends our side of `check`.
        async let status = {
            defer { feed.finish() }
            return try await shell.run(script) { bytes in
                log.write(bytes)
                // Nobody would open the gate for a case that is announced in the rest, which would look like a hang.
                guard log.dropped == 0 else { return feed.finish() }
                feed.yield(Array(bytes))
            }
        }()
        var output = CheckOutput()
        for await chunk in chunks {
            for event in output.read(chunk) {
                if try await take(event) == .damaged { return .damaged }
            }
        }
        guard log.dropped == 0 else {
            // What is half read has no end, but the case before it may.
            _ = try await finish()
            let reason = log.problem ?? "check printed more than \(Self.outputLimit >> 20) MiB"
            throw Failure(
                reason + (output.running.map { ", while \($0) ran" } ?? ""), on: "fstests, section \(section.name)",
                advice: "its output is in \(suite.hostPlace(of: section))/check.log")
        }
        for event in output.finish() {
            if try await take(event) == .damaged { return .damaged }
        }
        let end = try await status
        let damaged = try await finish()
        try await conclude(status: end, running: output.running)
        return damaged ? .damaged : .complete
    }

    private func prepare() async throws {
        try await context.shell.check(
            // A report of an earlier guest is none of these cases'.
            "rm -f \(GuestPlace.resultBase)/\(section.name)/result.xml; cat >\(FstestsSession.cases(section))",
            purpose: "tell the guest its cases",
            input: Array(names.joined(separator: "\n").utf8))
        try await context.shell.check(
            "\(announcement)\nexec sh \(FstestsSession.preparation(section))",
            purpose: "make the guest ready for fstests on \(section.filesystem.rawValue)",
            timeout: FstestsSuite.preparationLimit)
    }

    /// `check`'s output, whole; a number for each guest of the cell.
    private func logPath() throws -> FilePath {
        let place = suite.hostPlace(of: section)
        guard let name = FstestsCaseFiles.write([], as: "check.log", in: context.directory, at: place) else {
            throw Failure("cannot write check's output", on: "\(context.directory)/\(place)", advice: "check the disk")
        }
        return context.directory.appending(name)
    }

    // MARK: Events

    private mutating func take(_ event: CheckEvent) async throws -> Ending? {
        switch event {
        case .began(let name):
            if try await finish() { return .damaged }
            if remaining.contains(name) { await report(.began(prefix + name)) }
            try await openGate()
        case .ended(let checked):
            ended = checked
        case .setupError(let line):
            setupErrors.append(line)
            if setupErrors.count > 50 { setupErrors.removeFirst() }
        case .unknown(let line):
            unknown.append(line)
            if unknown.count > 50 { unknown.removeFirst() }
            await report(.said(line))
        case .aggregate(_, let text):
            await report(.said(text))
        case .summary(.failures(let names)):
            failures = Set(names)
        case .section, .setting, .summary:
            break
        }
        return nil
    }

    /// Fetches what the case that has ended left, and reports it.
    ///
    /// - Returns: whether it left something behind that would spoil the next.
    private mutating func finish() async throws -> Bool {
        guard let checked = ended else { return false }
        ended = nil
        let script = FstestsCaseFiles.script(checked.name, in: section)
        do {
            let answer = try await context.shell.run(script, outputLimit: Self.fetchedLimit, timeout: Self.fetchLimit)
            let fetched = FstestsCaseFiles(answer.output, cut: answer.isTruncated)
            return await tell(checked, fetched)
        } catch {
            // The guest went down in between: the verdict stands all the same.
            _ = await tell(checked, nil, note: "its files could not be fetched: \(error)")
            throw error
        }
    }

    /// Lets `check` on to the case that it has announced.
    private func openGate() async throws {
        let opened = try await context.shell.run(FstestsSession.opening, timeout: Self.fetchLimit)
        guard opened.status == 0 else {
            throw Failure(
                "check does not call `logger` before a case, by which it waits for us", on: "section \(section.name)",
                advice: "is it fstests' own `check`?")
        }
    }

    /// - Returns: whether it left something behind.
    private mutating func tell(
        _ checked: CheckedCase, _ fetched: FstestsCaseFiles?, note: String? = nil
    ) async -> Bool {
        guard remaining.remove(checked.name) != nil else {
            await report(.said("\(checked.name): \(checked.status.rawValue), though it was not asked for"))
            return false
        }
        verdicts[checked.name] = checked.status
        var fetched = fetched
        var notes = note.map { [$0] } ?? []
        var entries: [XUnitReport.Case] = []
        do {
            entries = try XUnitReport(fetched?.report ?? []).results(of: checked.name)
        } catch {
            notes.append("\(error)")
        }
        let result = CaseResult(checked, files: fetched?.files ?? [], report: entries)
        let folder = String(checked.name.prefix { $0 != "/" })
        let files = fetched?.keep(in: context.directory, at: suite.hostPlace(of: section, folder)) ?? []
        let damage = (fetched?.damage ?? []) + setupErrors
        var ended = SuiteResult(
            name: prefix + checked.name, verdict: result.verdict, reason: result.reason,
            seconds: result.seconds, evidence: result.evidence + notes + (fetched?.notes ?? []), files: files,
            damage: damage.isEmpty ? nil : damage.joined(separator: "; "))
        ended.isOfKernelLog = result.isOfKernelLog
        await report(.ended(ended))
        return !damage.isEmpty
    }

    // MARK: The end

    /// Every case has its result, or it is said why not.
    private func conclude(status: Int, running: String?) async throws {
        let said = try await context.shell.run(
            "cat \(FstestsSession.errors(section)) 2>/dev/null", outputLimit: 64 << 10
        ).text.split(separator: "\n").map(String.init)
        for line in said.prefix(100) { await report(.said("check: \(line)")) }
        let place = "fstests, section \(section.name)"
        guard remaining.isEmpty else {
            let words = setupErrors + unknown.suffix(4) + said.suffix(4)
            throw Failure(
                "check ended with status \(status) before all cases had run"
                    + (running.map { ", while \($0) ran" } ?? "")
                    + (words.isEmpty ? "" : ": " + words.joined(separator: "; ")),
                on: place, advice: "its output is in \(suite.hostPlace(of: section))/check.log")
        }
        // The summary is written by other lines of `check` than the verdicts.
        let failed = Set(verdicts.filter { $0.value == .fail }.keys)
        guard failed == failures.intersection(names) else {
            let differing = failed.symmetricDifference(failures).sorted().joined(separator: ", ")
            throw Failure(
                "check's summary contradicts its verdicts: \(differing)", on: place,
                advice: "its output is in \(suite.hostPlace(of: section))/check.log")
        }
    }
}
