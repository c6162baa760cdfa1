import Fstests
import HostProcess
import RemoteShell
import TestPlan

extension FstestsSuite {
    /// Runs cases, a `check` for each section. A result with `damage` is the last one: what remains is for another
    /// guest.
    public func run(
        _ names: [String], in context: StepContext, report: @Sendable @escaping (SuiteEvent) async -> Void
    ) async throws {
        var wanted: [String: [String]] = [:]
        for name in names {
            guard let place = request.place(ofCase: name) else {
                throw Failure("no section of this plan has such a case", on: name, advice: "", blame: .request)
            }
            wanted[place.section.name, default: []].append(place.test)
        }
        let notices = try await context.shell.run("cat \(FstestsSession.notices)", outputLimit: 1 << 16).text
        for notice in notices.split(separator: "\n") { await report(.said(String(notice))) }
        for section in request.sections {
            guard let names = wanted[section.name] else { continue }
            var run = FstestsRun(suite: self, section: section, names: names, context: context, report: report)
            guard try await run.run() == .complete else { return }
        }
    }
}
