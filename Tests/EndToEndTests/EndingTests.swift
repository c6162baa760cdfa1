import Foundation
import HostProcess
import RunRecord
import SystemPackage
import TestSupport
import Testing

extension EndToEnd {
    /// However a run ends, it leaves no process, socket, directory or lock, and
    /// every result so far.
    @Suite struct EndingTests {
        /// What is ended from outside.
        enum Victim: String, CaseIterable {
            case controllerInterrupted, controllerTerminated, controllerKilled, controllerKilledWithKeeper
            case qemuKilled, virtiofsdKilled
        }

        @Test(.timeLimit(.minutes(5)), arguments: Victim.allCases)
        func leavesNothing(victim: Victim) async throws {
            try await end(victim, backend: "qemu")
        }

        /// QEMU is then nobody's child that dies with us: libvirt's driver, in our own process, has started it.
        @Test(
            .timeLimit(.minutes(5)), .enabled(if: Harness.hasLibvirt, "apt-get install libvirt-daemon-driver-qemu"),
            arguments: [Victim.controllerInterrupted, .controllerKilledWithKeeper, .qemuKilled, .virtiofsdKilled])
        func leavesNothingOfLibvirt(victim: Victim) async throws {
            try await end(victim, backend: "libvirt")
        }

        private func end(_ victim: Victim, backend: String) async throws {
            try await withRun(backend: backend) { controller, mark, out in
                try await Harness.wait("the step has begun") {
                    (try? String(
                        contentsOfFile: out.appending("cells/sleeper@debian-6.1/console.log").string, encoding: .utf8))?
                        .contains("step 2 (run) begins") ?? false
                }
                try act(victim, controller, mark)
                _ = try await withTimeout(.seconds(60)) { try await controller.waitForEnd() }
                let record = try await Harness.record(of: out)
                #expect(record.cells.first?.environment?.backend == backend)
                check(victim, controller, record)
                // However it ended, unless nobody was left to record it.
                let isKilled = victim == .controllerKilled || victim == .controllerKilledWithKeeper
                let list = try await Harness.run(["results", "list", "--json"])
                #expect(list.text.contains(record.id) == !isKilled, "\(list.errorText)")
            }
        }

        @Test(.timeLimit(.minutes(5))) func leavesNothingWhenKilledDuringTheBoot() async throws {
            try await withRun { controller, mark, _ in
                try await Harness.wait("QEMU runs") { Harness.process("qemu-system-x86_64", mark) != nil }
                controller.send(SIGKILL)
                _ = try await controller.waitForEnd()
            }
        }

        private func act(_ victim: Victim, _ controller: Child, _ mark: String) throws {
            switch victim {
            case .controllerInterrupted: controller.send(SIGINT)
            case .controllerTerminated: controller.send(SIGTERM)
            case .controllerKilled: controller.send(SIGKILL)
            case .controllerKilledWithKeeper:
                ProcessTable.signal(try #require(Harness.process("vmharness-keeper", mark)), SIGKILL)
                controller.send(SIGKILL)
            case .qemuKilled:
                ProcessTable.signal(try #require(Harness.guest(mark)), SIGKILL)
            case .virtiofsdKilled:
                ProcessTable.signal(try #require(Harness.process("virtiofsd", mark)), SIGKILL)
            }
        }

        private func check(_ victim: Victim, _ controller: Child, _ record: RunRecord) {
            let cell = record.cells.first
            switch victim {
            case .controllerInterrupted, .controllerTerminated:
                #expect(controller.termination == .exited(3))
                #expect(record.interruption?.contains("SIG") == true)
                #expect(cell?.verdict == .error)
            case .controllerKilled, .controllerKilledWithKeeper:
                // What was known is on disk: the cell with its environment.
                #expect(record.ended == nil)
                #expect(cell?.environment?.command.isEmpty == false)
            case .qemuKilled:
                #expect(controller.termination == .exited(3))
                #expect(cell?.verdict == .error)
                #expect(cell?.findings.contains { $0.kind == "qemu-died" } == true)
            case .virtiofsdKilled:
                #expect(controller.termination == .exited(3))
                #expect(cell?.verdict == .error)
                #expect(cell?.findings.contains { $0.kind == "daemon-died" } == true)
            }
        }

        /// Runs the sleeping plan, and looks for what is left when `body` is through.
        private func withRun(
            backend: String = "qemu", _ body: @Sendable @escaping (Child, String, FilePath) async throws -> Void
        ) async throws {
            try await withScratchDirectory { scratch in
                let out = scratch.appending("run")
                let mark = "m\(UInt32.random(in: 0 ... .max))"
                let command = try Harness.command(
                    [
                        "run", Harness.plans.appending("sleeper").string, "--kernel", Harness.kernel, "--out",
                        out.string, "--backend", backend,
                    ], mark: mark)
                let scope = Locked("")
                try await withChild(command) { controller in
                    try await Harness.wait("a guest is started") {
                        if let pid = Harness.guest(mark) { scope.set(Harness.scope(of: pid)) }
                        return !scope.get().isEmpty
                    }
                    try await body(controller, mark, out)
                }
                try await Harness.wait("no process is left", .seconds(20)) { Harness.processes(mark).isEmpty }
                // With its keeper gone as well, the next start sweeps.
                _ = try await Harness.run(["doctor"])
                #expect(ProcessTable.pids(withVariable: "VMHARNESS_SCOPE", value: scope.get()).isEmpty)
                let directory = "/tmp/vmharness-\(getuid())/\(scope.get())"
                #expect(!FileManager.default.fileExists(atPath: directory))
                #expect(!FileManager.default.fileExists(atPath: directory + ".lock"))
            }
        }
    }
}
