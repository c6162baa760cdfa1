import Foundation
import HostProcess
import RunRecord
import SystemPackage
import TestSupport
import Testing

extension EndToEnd {
    /// The same guest and the same result, whatever starts it.
    @Suite(.enabled(if: Harness.hasLibvirt, "apt-get install libvirt-daemon-driver-qemu"))
    struct LibvirtTests {
        /// `VMHARNESS_TEST_BACKENDS=1` compares the records of every kind of step and ending, in a quarter of an hour.
        private static let comparesAll = ProcessInfo.processInfo.environment["VMHARNESS_TEST_BACKENDS"] == "1"

        /// What a plan's record must hold, lest two that say nothing be the same.
        struct Expected: Sendable, CustomTestStringConvertible {
            let plan: String
            /// The first cell's.
            let verdict: Verdict
            /// Of cases and findings.
            let lines: [String]
            let kernel: String

            init(_ plan: String, _ verdict: Verdict, _ lines: String..., kernel: String = Harness.kernel) {
                (self.plan, self.verdict, self.lines, self.kernel) = (plan, verdict, lines, kernel)
            }

            var testDescription: String { plan }
        }

        private static let plans = [
            Expected("panic", .fail, "  crash fail", "    qemu notice panic-event", "    console failure panic")
        ]
        private static let otherPlans = [
            Expected("hang", .fail, "  stuck fail", " hang "), Expected("deaf", .fail, " hang "),
            Expected("modules", .fail, "  right pass", "  wrong fail", "not ok: wrong"),
            Expected("status", .fail, "  true pass", "  false fail"),
            Expected("disks", .error, "  write pass", "  slow pass", "  mount error"),
            Expected("flood", .pass, "  flood pass"), Expected("forged", .pass, "  forge pass", " notice "),
            Expected("left-open", .error, "  open error", "  after pass"),
            Expected("sshd-killed", .error, " ssh-lost "), Expected("stalled", .pass, "  read pass"),
            Expected("suite-goes-on", .fail, "  crash fail", "    console failure panic", "  last pass"),
            Expected("systemd", .pass, "  pid-1 pass"), Expected("pci", .pass),
            Expected("virtio-iommu", .pass, "  group pass", kernel: "debian:6.12"),
        ]

        @Test(.timeLimit(.minutes(10)), arguments: comparesAll ? plans + otherPlans : plans)
        func theRecordIsTheSame(expected: Expected) async throws {
            let plan = Harness.plans.appending(expected.plan).string
            let raw = try await outcome(of: plan, on: "qemu", kernel: expected.kernel)
            let libvirt = try await outcome(of: plan, on: "libvirt", kernel: expected.kernel)
            #expect(raw == libvirt)
            let first = try #require(libvirt.split(separator: "\n").first)
            #expect(first.hasSuffix(" \(expected.verdict.rawValue)"), "\(libvirt)")
            for line in expected.lines { #expect(libvirt.contains(line), "\(libvirt)") }
        }

        @Test(.timeLimit(.minutes(10)), .enabled(if: comparesAll), arguments: ["debian:6.1", "debian:6.12"])
        func theFirstPlanHasTheSameRecord(kernel: String) async throws {
            let raw = try await outcome(of: "virtiofs-kvec", on: "qemu", kernel: kernel)
            let libvirt = try await outcome(of: "virtiofs-kvec", on: "libvirt", kernel: kernel)
            #expect(raw == libvirt)
        }

        /// What a record says of a kernel; not when, and not by which pids.
        private func outcome(
            of plan: String, on backend: String, kernel: String = Harness.kernel
        ) async throws -> String {
            let result = try await Harness.run(["run", plan, "--kernel", kernel, "--backend", backend, "--json"])
            let record = try #require(try? RunRecord(json: Data(result.output)), "\(result.errorText)")
            var lines: [String] = []
            for cell in record.cells {
                #expect(cell.environment?.backend == backend)
                lines.append("\(cell.id) \(cell.verdict.rawValue)")
                for test in cell.cases {
                    lines.append("  \(test.name) \(test.verdict.rawValue)")
                    lines += test.findings.map {
                        "    \($0.source) \($0.severity) \($0.kind) \(Self.timeless($0.title))"
                    }
                }
            }
            return lines.joined(separator: "\n")
        }

        private static func timeless(_ title: String) -> String { title.replacing(/\d+/, with: "N") }

        /// A daemon that dies is no failure of the kernel's, and its guests are ended without it.
        @Test(.timeLimit(.minutes(5)), .enabled(if: getuid() == 0, "a libvirtd of our own needs root"))
        func aDaemonThatDiesIsAnError() async throws {
            try await withDaemon { daemon, uri in
                try await withScratchDirectory { scratch in
                    let out = scratch.appending("run")
                    let mark = "m\(UInt32.random(in: 0 ... .max))"
                    let command = try Harness.command(
                        [
                            "run", Harness.plans.appending("sleeper").string, "--kernel", Harness.kernel, "--out",
                            out.string, "--backend", "libvirt", "--connect", uri,
                        ], mark: mark)
                    try await withChild(command) { controller in
                        try await Harness.wait("the step has begun") {
                            (try? String(
                                contentsOfFile: out.appending("cells/sleeper@debian-6.1/console.log").string,
                                encoding: .utf8))?.contains("step 2 (run) begins") ?? false
                        }
                        let guest = try #require(Harness.guest(mark))
                        daemon.send(SIGKILL)
                        try await controller.waitForEnd()
                        #expect(controller.termination == .exited(3))
                        #expect(!ProcessTable.isRunning(guest))
                    }
                    let record = try RunRecord(json: Data(contentsOf: URL(filePath: out.appending("run.json").string)))
                    let cell = try #require(record.cells.first)
                    #expect(cell.verdict == .error)
                    let findings = cell.findings
                    #expect(findings.contains { $0.kind == "libvirt-lost" })
                    #expect(!findings.contains { $0.severity == .failure })
                    #expect(cell.environment?.libvirt?.uri == uri)
                }
            }
        }

        @Test func refusesWhatCannotRunGuests() async throws {
            let result = try await Harness.run(
                [
                    "run", Harness.plans.appending("status").string, "--kernel", Harness.kernel, "--backend", "libvirt",
                    "--connect", "test:///default",
                ])
            #expect(result.termination == .exited(2))
            #expect(result.errorText.contains("runs no QEMU"), "\(result.errorText)")
        }

        @Test(.enabled(if: access("/usr/bin/virt-xml-validate", X_OK) == 0, "apt-get install libvirt-clients"))
        func theXMLIsShownAndValid() async throws {
            try await withScratchDirectory { scratch in
                let shown = try await Harness.run(
                    [
                        "plan", "show", "virtiofs-kvec", "--kernel", Harness.kernel, "--backend", "libvirt", "--xml",
                    ])
                #expect(shown.termination == .exited(0), "\(shown.errorText)")
                let file = scratch.appending("domain.xml")
                try Data(shown.output).write(to: URL(filePath: file.string))
                let valid = try await Command("virt-xml-validate", [file.string]).run(timeout: .seconds(60))
                #expect(valid.termination == .exited(0), "\(valid.transcript)")
                #expect(shown.text.contains("<access mode='shared'/>"))
            }
        }

        /// A libvirtd in a mount namespace of its own.
        private func withDaemon(_ body: @Sendable @escaping (Child, String) async throws -> Void) async throws {
            try await withScratchDirectory { scratch in
                let script = Harness.plans.removingLastComponent().appending("Daemons/libvirtd.sh")
                let socket = scratch.appending("sock/libvirt-sock")
                try await withChild(Command("unshare", ["-m", script.string, scratch.string])) { daemon in
                    try await Harness.wait("libvirtd listens", .seconds(30)) { access(socket.string, F_OK) == 0 }
                    try await body(daemon, "qemu+unix:///system?socket=\(socket)")
                }
            }
        }
    }
}
