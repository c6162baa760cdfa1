import GuestImage
import HostProcess
import Machine
import RemoteShell
import RunRecord
import Steps
import TestPlan

/// The cases of a suite in one guest: run one after the other, each recorded as
/// it ends, until none is left or the guest is of no more use.
struct SuiteRun: Sendable {
    let session: GuestSession
    let shell: RemoteShell
    let context: StepContext
    /// The step's, from 1.
    let number: Int
    let step: PlanStep
    let suite: any Suite

    /// How it came out in this guest.
    enum Ending: Sendable {
        /// Every case of this part has a record.
        case done
        /// The suite cannot go on in any guest.
        case stopped(StepRun.Stop)
        /// The guest is of no more use; what remains goes on in a fresh one.
        case goOn(reason: String, killer: GuestEnding.Killer?, shellAnswers: Bool)
    }

    /// How long a guest may take to be made ready.
    private static let preparationLimit = Duration.seconds(900)
    /// Reports between the suite and us; it would take a suite gone mad to fill it.
    private static let mostSignals = 100_000

    /// - Throws: `CancellationError`.
    func run() async throws -> Ending {
        // A guest that goes on with later steps has nothing to prepare here.
        let isDone = session.progress.isPlanned(step: number) && remaining.isEmpty
        if isDone { return .done }
        let cases: [SuiteCase]
        switch try await prepare() {
        case .success(let listed): cases = listed
        case .failure(let failed): return failed.ending
        }
        session.progress.plan(
            cases.map(\.name), step: number, shards: session.shard.count,
            seconds: session.runner.medians(step: number))
        for text in expunges?.expired ?? [] { session.journal.note(text) }
        let skips = cases.reduce(into: [:]) { $0[$1.name] = $1.skip }
        let names = recordThoseNotRun(remaining, skips)
        let counts = session.progress.counts(step: number)
        session.runner.report(.casesPlanned(cell: session.id, total: counts.total, recorded: counts.recorded))
        if names.isEmpty { return .done }
        return try await follow(names)
    }

    /// The cases of this part that have no record yet.
    private var remaining: [String] { session.progress.remaining(step: number, shard: session.shard.number) }

    private struct Failed: Error { let ending: Ending }

    /// Makes the guest ready and asks for the cases. What goes wrong here is a case of its own, named as the step.
    private func prepare() async throws -> Result<[SuiteCase], Failed> {
        let began = ContinuousClock.now
        let standstill = Standstill(session: session, shell: shell, subject: step.title, program: nil)
        var judgement: Judgement
        do {
            let race = try await session.race(limit: Self.preparationLimit) { try await suite.prepare(in: context) }
            switch race {
            case .finished(let cases):
                let early = try await session.unmask(session.recorder.drain(all: true), shell)
                recordEarly(early)
                return .success(cases)
            case .trouble(let trouble): judgement = try await standstill.down(trouble)
            case .timeUp: judgement = try await standstill.hung("\(step.title) could not be prepared")
            }
        } catch let lost as RemoteShell.Lost {
            judgement = try await standstill.lost(lost.description)
        } catch let late as RemoteShell.TimedOut {
            judgement = try await standstill.hung("preparing \(step.title): \(late)")
        } catch {
            try Task.checkCancellation()
            judgement = Judgement(verdict: .error, reason: "\(error)", guestAnswers: true, shellAnswers: true)
        }
        let findings = session.record((session.recorder.drain(all: true) + judgement.findings).withoutConsequences)
        session.journal.add(
            CaseRecord(
                name: step.title, step: number, guest: session.directory.guest,
                verdict: CaseRecord.verdict(of: judgement.verdict, with: findings), reason: judgement.reason,
                seconds: (ContinuousClock.now - began) / .seconds(1), findings: findings, files: judgement.files,
                outcome: judgement.verdict))
        let stop = StepRun.Stop(
            reason: "\(step.title): \(judgement.reason ?? "not prepared")", shellAnswers: judgement.shellAnswers)
        return .failure(Failed(ending: .stopped(stop)))
    }

    /// What the kernel said while the guest was made ready is no case's.
    private func recordEarly(_ findings: [Finding]) {
        guard !findings.isEmpty else { return }
        let findings = session.record(findings)
        session.journal.add(
            CaseRecord(
                name: step.title, step: number, guest: session.directory.guest,
                verdict: CaseRecord.verdict(of: .pass, with: findings),
                reason: findings.first { $0.severity == .failure }?.title, seconds: 0, findings: findings,
                outcome: .pass))
    }

    private var expunges: SuiteExpunges? {
        let kernel = session.runner.prepared.kernel
        return SuiteExpunges(step, package: kernel.packageVersion, release: kernel.release)
    }

    /// The expunge that holds for a case.
    func expunge(for name: String) -> ExpungeRecord? { expunges?.expunge(for: name) }

    /// Records the cases that are not run: the suite says so, an expunge does, or they have killed two guests.
    ///
    /// - Returns: the others.
    private func recordThoseNotRun(_ names: [String], _ skips: [String: String]) -> [String] {
        let expunges = session.runner.options.runsExpunged ? nil : expunges
        var toRun: [String] = []
        var skipped: [CaseRecord] = []
        for name in names {
            let reason: String
            let expunge = expunges?.expunge(for: name)
            if let skip = skips[name] {
                reason = skip
            } else if let expunge {
                reason = "expunged" + (expunge.reason.map { ": \($0)" } ?? "")
            } else if session.progress.isSetAside(name) {
                reason = "set aside: it took \(CellProgress.mostLosses) guests with it"
                session.journal.note("\(name) was set aside: it took \(CellProgress.mostLosses) guests with it")
            } else {
                toRun.append(name)
                continue
            }
            session.progress.record(name, step: number)
            skipped.append(
                CaseRecord(
                    name: session.plan.recordName(of: name, step: number), step: number, verdict: .skip,
                    reason: reason, seconds: 0, expunge: expunge))
        }
        session.journal.add(skipped)
        return toRun
    }

    /// Runs the cases beside a look at the guest every few seconds.
    private func follow(_ names: [String]) async throws -> Ending {
        let (signals, feed) = AsyncStream.makeStream(
            of: SuiteWatch.Signal.self, bufferingPolicy: .bufferingOldest(Self.mostSignals))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await suite.run(names, in: context) { event in
                        let taken = HostProcess.Signal()
                        feed.yield(.event(event, taken: taken))
                        try? await taken.wait()
                    }
                    feed.yield(.ended(nil))
                } catch {
                    feed.yield(.ended(error))
                }
            }
            group.addTask { feed.yield(.trouble(try await session.guest.waitForTrouble())) }
            group.addTask {
                while true {
                    try await Task.sleep(for: SuiteWatch.interval)
                    feed.yield(.tick)
                }
            }
            defer { group.cancelAll() }
            var watch = SuiteWatch(run: self, names: names)
            for await signal in signals {
                let ending = try await watch.take(signal)
                if case .event(_, let taken) = signal { taken.fire() }
                if let ending { return ending }
            }
            throw CancellationError()
        }
    }
}
