import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Guests that crash, hang, fail and shout.
    @Suite struct OutcomeTests {
        @Test(.timeLimit(.minutes(5))) func aPanicIsAFailureWithTheKernelsWords() async throws {
            try await Harness.runPlan("panic") { run, out, result in
                #expect(result.status == 1)
                let cell = try #require(run.cells.first)
                #expect(cell.cases.map(\.verdict) == [.fail, .skip])
                let findings = try #require(cell.cases.first).findings
                #expect(findings.contains { $0.source == .qemu && $0.kind == "panic-event" })
                #expect(findings.contains { $0.source == .console && $0.severity == .failure })
                let registers = out.appending(cell.directory).appending("ladder/3-qemu.txt")
                #expect(try String(contentsOfFile: registers.string, encoding: .utf8).contains("RIP="))
            }
        }

        @Test(.timeLimit(.minutes(5))) func aHangIsAFailureThatNamesThePlace() async throws {
            try await Harness.runPlan("hang") { run, out, result in
                #expect(result.status == 1)
                let cell = try #require(run.cells.first)
                #expect(cell.cases.map(\.name) == ["stuck", "after"])
                #expect(cell.cases.map(\.verdict) == [.fail, .skip])
                let hang = try #require(cell.cases.first?.findings.first { $0.kind == "hang" })
                #expect(hang.comm == "sleep")
                #expect(hang.stack.contains { $0.contains("nanosleep") })
                let console = out.appending(cell.directory).appending("console.log")
                #expect(
                    try String(contentsOfFile: console.string, encoding: .utf8).contains("sysrq: Show Blocked State"))
            }
        }

        @Test(.timeLimit(.minutes(5))) func statusesDecide() async throws {
            try await Harness.runPlan("status") { run, _, result in
                #expect(result.status == 1)
                let cell = try #require(run.cells.first)
                #expect(cell.cases.map(\.name) == ["true", "false", "expected"])
                #expect(cell.cases.map(\.verdict) == [.pass, .fail, .pass])
                #expect(cell.cases[1].reason == "status 1, expected 0")
            }
        }

        @Test(.timeLimit(.minutes(10))) func aFloodOfTheConsoleChangesNothing() async throws {
            try await Harness.runPlan("flood") { run, out, result in
                #expect(result.status == 0, "\(result.errorText)")
                let cell = try #require(run.cells.first)
                #expect(cell.cases.map(\.verdict) == [.pass, .pass])
                let console = out.appending(cell.directory).appending("console.log")
                let size = try FileManager.default.attributesOfItem(atPath: console.string)[.size] as? Int
                #expect(try #require(size) > 3_000_000)
            }
        }

        @Test(.timeLimit(.minutes(10))) func theDistributionsSystemdBootsToo() async throws {
            try await Harness.runPlan("systemd") { run, _, result in
                #expect(result.status == 0, "\(result.errorText)")
                #expect(run.cells.first?.environment?.initSystem == "systemd")
            }
        }
    }
}
