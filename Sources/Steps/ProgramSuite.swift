import HostProcess
import RemoteShell
import RunRecord
import TestPlan

/// `suite` with a `list`: a program that runs one case at a time, named by the
/// variable `CASE`, and reports it as KTAP, as TAP or by its exit status.
struct ProgramSuite: Suite {
    let request: SuiteRequest
    let timeout: Duration

    var options: SuiteOptions { request.options }

    /// More cases, or longer names, are nothing that a person would have listed.
    private static let mostCases = 100_000
    private static let longestName = 200
    /// What selftests exit with when they cannot run (tools/testing/selftests/kselftest.h, KSFT_SKIP).
    private static let skipStatus = 4
    /// Bytes kept of what a case prints.
    static let outputLimit = 4 << 20

    func prepare(in context: StepContext) async throws -> [SuiteCase] {
        guard let list = request.list else { return [] }
        let result = try await context.shell.check(
            "\(announcement); \(list.script)", purpose: "list the cases", timeout: .seconds(120))
        let names = result.text.split(whereSeparator: \.isNewline)
            .map { String($0.drop(while: \.isWhitespace)) }.filter { !$0.isEmpty }
        guard !names.isEmpty, names.count <= Self.mostCases else {
            throw Failure(
                "the list of cases has \(names.count) lines", on: "list", advice: "it must print a name a line")
        }
        var known: Set<String> = []
        for name in names {
            guard name.count <= Self.longestName, !name.unicodeScalars.contains(where: { $0.value < 32 }) else {
                throw Failure("not the name of a case", on: String(name.prefix(80)), advice: "a name a line")
            }
            guard known.insert(name).inserted else {
                throw Failure("listed twice", on: name, advice: "give each case a name of its own")
            }
        }
        return names.map { SuiteCase(name: $0) }
    }

    func run(
        _ names: [String], in context: StepContext, report: @Sendable @escaping (SuiteEvent) async -> Void
    ) async throws {
        for name in names {
            await report(.began(name))
            if let trouble = try await restore(in: context) {
                await report(.ended(SuiteResult(name: name, verdict: .error, reason: trouble)))
                continue
            }
            let script = """
                \(announcement); echo "<5>"\(GuestWord.quoted(mark(of: name))) >/dev/kmsg
                export CASE=\(GuestWord.quoted(name)); \(request.command.script)
                """
            let began = ContinuousClock.now
            let result = try await context.shell.run(script, outputLimit: Self.outputLimit, timeout: timeout)
            var outcome = Self.judge(result, name: name)
            outcome.seconds = (ContinuousClock.now - began) / .seconds(1)
            await report(.ended(outcome))
            let said = result.transcript
            if !said.isEmpty { await report(.said("== \(name)\n\(said)")) }
        }
    }

    /// Brings back the persistent memory that cases begin with.
    ///
    /// - Returns: why it could not be; nil if it was.
    private func restore(in context: StepContext) async throws -> String? {
        for device in request.restored {
            let result = try await restorePmem(device, timeout, in: context)
            switch result.outcome {
            case .passed: break
            case .broken(let reason), .failed(let reason, _), .lost(let reason): return reason
            case .hung(let limit): return "'\(device)' was not restored within \(limit)"
            }
        }
        return nil
    }

    func mark(of name: String) -> String { caseMark + name }

    func resultFiles(of name: String) -> ResultFiles? { nil }

    /// What a case's output and status say of it. Results inside it become its subcases.
    static func judge(_ result: CommandResult, name: String) -> SuiteResult {
        let lines = result.text.split(whereSeparator: \.isNewline).map(String.init)
        let reader = KTAPReader(lines, from: .program, isCut: result.isTruncated)
        let totals = SelftestTotals(lines)
        var reported = reader.cases
        // What was announced and not reported is skipped with the rest (ksft_exit_skip()), only counted by the program,
        // or beyond what was read.
        let isCounted = totals.map { $0.counted >= reader.planned ?? 0 } ?? false
        if result.status == skipStatus || result.isTruncated || isCounted {
            reported.removeAll { $0.name == KTAPReader.wholeName && $0.verdict == .fail }
        }
        let failed = reported.filter { $0.verdict == .fail || $0.verdict == .error }
        let evidence = lastLines(result.transcript)
        // One result says no more than the case, unless it was expected to fail.
        let isAlone = reported.count == 1 && reported[0].verdict != .known && result.status == 0
        var outcome: SuiteResult
        if let first = failed.first {
            outcome = SuiteResult(
                name: name, verdict: .fail,
                reason: first.name == KTAPReader.wholeName
                    ? "\(first.reason ?? "incomplete"), status \(result.status)"
                    : "not ok: \(first.name)" + (failed.count > 1 ? " and \(failed.count - 1) more" : ""),
                evidence: first.evidence.isEmpty ? evidence : first.evidence)
        } else if let totals, totals.failed > 0 {
            outcome = SuiteResult(
                name: name, verdict: .fail,
                reason: "it counts \(totals.failed) of \(totals.counted) results as failed, status \(result.status)",
                evidence: evidence)
        } else if result.status == skipStatus {
            outcome = SuiteResult(
                name: name, verdict: .skip,
                reason: reported.last { $0.verdict == .skip }?.reason ?? skipReason(evidence.last))
        } else if result.status != 0 {
            outcome = SuiteResult(name: name, verdict: .fail, reason: "status \(result.status)", evidence: evidence)
        } else if !reported.isEmpty && reported.allSatisfy({ $0.verdict == .skip }) {
            outcome = SuiteResult(name: name, verdict: .skip, reason: reported[0].reason)
        } else {
            outcome = SuiteResult(name: name, verdict: .pass)
        }
        // Whatever went wrong may stand in the rest.
        if result.isTruncated, outcome.verdict != .fail {
            outcome = SuiteResult(
                name: name, verdict: .error, reason: tooLong(Self.outputLimit), evidence: evidence)
        }
        if !isAlone { outcome.subcases = reported }
        return outcome
    }

    /// What a test says before it exits: `1..0 # SKIP no such device`, or in words of its own.
    private static func skipReason(_ line: String?) -> String {
        guard let line else { return "skipped by the test" }
        guard let range = line.firstRange(of: "# SKIP") else { return line }
        let reason = line[range.upperBound...].drop { " :".contains($0) }
        return reason.isEmpty ? "skipped by the test" : String(reason)
    }
}

/// The results in what a program printed.
private func results(in result: CommandResult) -> [StepCase] {
    KTAPReader.cases(
        in: result.text.split(whereSeparator: \.isNewline).map(String.init), from: .program,
        isCut: result.isTruncated)
}

private func tooLong(_ limit: Int) -> String {
    "it printed more than \(limit >> 20) MiB, and what is in the rest is not known"
}

/// `suite` without a `list`: one program that runs all its cases, which are
/// known only when it has reported them, so none can go on elsewhere.
func runProgram(_ request: SuiteRequest, _ timeout: Duration, in context: StepContext) async throws -> StepResult {
    let limit = 16 << 20
    let result = try await context.shell.run(
        "\(announcement); \(request.command.script)", outputLimit: limit, timeout: timeout)
    return judge(result, limit: limit)
}

/// What the output and status of a program that runs all its cases say.
func judge(_ result: CommandResult, limit: Int) -> StepResult {
    var cases = results(in: result)
    if result.isTruncated { cases.append(StepCase(name: "output", verdict: .error, reason: tooLong(limit))) }
    let said = result.transcript
    guard !cases.isEmpty else {
        return StepResult(
            .broken(reason: "it printed no KTAP or TAP, and ended with status \(result.status)"), output: said)
    }
    let hasFailed = cases.contains { $0.verdict == .fail || $0.verdict == .error }
    guard result.status == 0 || hasFailed else {
        return StepResult(
            .failed(reason: "every result is ok, but its status is \(result.status)", evidence: lastLines(said)),
            output: said, cases: cases)
    }
    return StepResult(.passed, output: said, cases: cases)
}

extension GuestCommand {
    /// It as a line for the guest's shell.
    var script: String {
        switch self {
        case .arguments(let words): GuestWord.quoted(words)
        case .shell(let text): "sh -c \(GuestWord.quoted(text))"
        }
    }
}
