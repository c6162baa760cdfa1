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

        /// Where SSH is dead, the kernel is asked by the keyboard, and its dump tells the place.
        @Test(.timeLimit(.minutes(5))) func aHangWithoutSSHIsReadFromTheConsole() async throws {
            try await Harness.runPlan("deaf") { run, _, result in
                #expect(result.status == 1)
                let hang = try #require(run.cells.first?.findings.first { $0.kind == "hang" })
                #expect(hang.place?.file == "console.log")
                #expect(hang.stack.contains { $0.contains("nanosleep") })
            }
        }

        /// What a plan does to its own guest is not the kernel's fault.
        @Test(.timeLimit(.minutes(5))) func anEndedSSHDIsNotTheKernels() async throws {
            try await Harness.runPlan("sshd-killed") { run, _, result in
                #expect(result.status == 3)
                #expect(run.cells.first?.verdict == .error)
                #expect(run.cells.first?.findings.map(\.kind) == ["ssh-lost"])
            }
        }

        /// The guest's SSH server ends a command with its process, not with the last who has its output.
        @Test(.timeLimit(.minutes(5))) func aChildThatKeepsTheOutputOpenHoldsNothingUp() async throws {
            try await Harness.runPlan("left-open") { run, out, result in
                #expect(result.status == 0)
                let cell = try #require(run.cells.first)
                #expect(cell.cases.map(\.verdict) == [.pass, .pass])
                let said = out.appending(cell.directory).appending("step-1-run.txt")
                #expect(try String(contentsOfFile: said.string, encoding: .utf8).contains("started"))
            }
        }

        @Test(.timeLimit(.minutes(5))) func statusesDecide() async throws {
            try await Harness.runPlan("status") { run, _, result in
                #expect(result.status == 1)
                let cell = try #require(run.cells.first)
                #expect(cell.cases.map(\.name) == ["true", "false", "as-ssh", "expected"])
                #expect(cell.cases.map(\.verdict) == [.pass, .fail, .fail, .pass])
                #expect(cell.cases[1].reason == "status 1, expected 0")
                // Every mark and every file came through: nothing is noted of them.
                let notes = try #require(cell.environment?.notes)
                #expect(!notes.contains { $0.contains("mark of step") || $0.contains("not kept") })
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

        @Test(.timeLimit(.minutes(5))) func whatUserSpaceForgedHasNoWeight() async throws {
            try await Harness.runPlan("forged") { run, _, result in
                #expect(result.status == 0, "\(result.errorText)")
                let findings = try #require(run.cells.first?.cases.first).findings
                #expect(!findings.isEmpty)
                #expect(findings.allSatisfy { $0.severity == .notice })
            }
        }

        @Test(.timeLimit(.minutes(10))) func theDistributionsSystemdBootsToo() async throws {
            try await Harness.runPlan("systemd") { run, _, result in
                #expect(result.status == 0, "\(result.errorText)")
                #expect(run.cells.first?.environment?.initSystem == "systemd")
            }
        }

        /// A virtiofsd that stands still makes the guest hang, and that is not the guest's fault.
        @Test(.timeLimit(.minutes(5))) func aStalledDaemonIsNotTheKernels() async throws {
            try await withScratchDirectory { scratch in
                let out = scratch.appending("run")
                let mark = "m\(UInt32.random(in: 0 ... .max))"
                let command = try Harness.command(
                    [
                        "run", Harness.plans.appending("stalled").string, "--kernel", Harness.kernel, "--out",
                        out.string,
                    ], mark: mark)
                try await withChild(command) { controller in
                    let console = out.appending("cells/stalled@debian-6.1/console.log").string
                    try await Harness.wait("the share is mounted") {
                        (try? String(contentsOfFile: console, encoding: .utf8))?.contains("step 2 (run) begins")
                            ?? false
                    }
                    for pid in Harness.processes(mark) where Harness.name(of: pid).hasSuffix("virtiofsd") {
                        ProcessTable.signal(pid, SIGSTOP)
                    }
                    try await controller.waitForEnd()
                }
                let run = try RunRecord(json: Data(contentsOf: URL(filePath: out.appending("run.json").string)))
                let read = try #require(run.cells.first?.cases.first { $0.name == "read" })
                #expect(read.verdict == .error)
                #expect(read.findings.map(\.kind) == ["daemon-stalled"])
                #expect(read.findings.first?.detail.contains { $0.hasPrefix("virtiofsd of 'data': ") } == true)
                #expect(Harness.processes(mark) == [])
            }
        }
    }
}
