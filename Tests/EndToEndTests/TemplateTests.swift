import Foundation
import GuestImage
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Guests that start from templates.
    @Suite struct TemplateTests {
        /// Two guests of one template are two guests, with what was plugged into them; on a kernel that hears of it by
        /// the VM generation ID and on one that does not.
        @Test(.timeLimit(.minutes(5)), arguments: ["debian:6.12", "debian:5.10"])
        func eachIsAGuestOfItsOwn(kernel: String) async throws {
            try await Harness.runPlan(
                "identity", kernels: [kernel], extra: ["--start", "template", "--repeat", "2"]
            ) { run, out, result in
                #expect(result.status == 0, "\(result.text)\(result.errorText)")
                let said = run.cells.map { cell in
                    let file = out.appending(cell.directory).appending("step-1-run.txt")
                    let text = (try? String(contentsOfFile: file.string, encoding: .utf8)) ?? ""
                    return text.split(whereSeparator: \.isNewline).map(String.init)
                }
                try #require(said.count == 2 && said.allSatisfy { $0.count >= 5 }, "\(said)")
                for (place, what) in ["machine id", "host name", "host key", "random bytes"].enumerated() {
                    #expect(said[0][place] != said[1][place], "\(what)")
                }
                for (lines, cell) in zip(said, run.cells) {
                    let time = try #require(lines.lazy.compactMap(Double.init).last, "\(lines)")
                    let host = cell.started.timeIntervalSince1970
                    #expect((host - 2...host + cell.seconds + 2).contains(time))
                    #expect(cell.environment?.start?.how == EnvironmentRecord.Start.template)
                    #expect(cell.environment?.memoryBacking == "memfd, shared, a copy of the template's")
                }
                #expect(run.cells[1].environment?.start?.made == nil, "the second was made of the first's template")
            }
        }

        /// What is found while it boots is found in every guest, whether it boots or not.
        @Test(.timeLimit(.minutes(3))) func theConsoleBeginsWithTheTemplates() async throws {
            try await Harness.runPlan("identity", extra: ["--start", "template"]) { run, out, _ in
                let cell = try #require(run.cells.first)
                let console = try String(
                    contentsOfFile: out.appending(cell.directory).appending("console.log").string, encoding: .utf8)
                #expect(console.contains("Linux version"))
                let lines = console.split(whereSeparator: \.isNewline)
                let asleep = try #require(lines.firstIndex { $0.contains("vmharness-init: asleep") })
                #expect(lines[asleep...].contains { $0.contains("vmharness-init: ready") })
            }
        }

        /// A state that looks as it was written and is none: nobody can start from it, and nobody has to mend it.
        @Test(.timeLimit(.minutes(5))) func oneThatQEMUDoesNotTakeIsDroppedAndTheGuestBoots() async throws {
            var template = FilePath("")
            try await Harness.runPlan("identity", extra: ["--start", "template"]) { run, _, _ in
                let start = try #require(run.cells.first?.environment?.start)
                template = Cache.standard().root.appending("templates").appending(try #require(start.template))
            }
            let state = template.appending("state")
            try Data(repeating: 0x51, count: 1000).write(to: URL(filePath: state.string))
            var status = stat()
            try #require(stat(state.string, &status) == 0)
            let manifest = URL(filePath: template.appending("template.json").string)
            var document = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: manifest)) as? [String: Any])
            var stamps = try #require(document["stamps"] as? [String: Any])
            stamps["state"] = [
                "inode": status.st_ino, "bytes": status.st_size,
                "changed": [status.st_ctim.tv_sec, status.st_ctim.tv_nsec],
            ]
            document["stamps"] = stamps
            try JSONSerialization.data(withJSONObject: document).write(to: manifest)

            try await Harness.runPlan("identity") { run, _, result in
                #expect(result.status == 0, "\(result.errorText)")
                let environment = try #require(run.cells.first?.environment)
                #expect(environment.start?.how == EnvironmentRecord.Start.cold)
                let note = "booted: the guest did not start from its template: "
                #expect(environment.notes.contains { $0.hasPrefix(note) })
            }
            #expect(!FileManager.default.fileExists(atPath: template.string))
        }

        @Test(.timeLimit(.minutes(3))) func whatCannotBePluggedInIsRefusedByName() async throws {
            let plan = Harness.plans.appending("iommu-off").string
            let result = try await Harness.run(["run", plan, "--kernel", Harness.kernel, "--start", "template"])
            #expect(result.status == 2)
            #expect(result.errorText.contains("cannot start from a template: an IOMMU"), "\(result.errorText)")
        }

        /// Every plan of these tests gives the same verdicts and findings from a template as from a boot.
        @Test(
            .enabled(
                if: ProcessInfo.processInfo.environment["VMHARNESS_TEST_STARTS"] != nil,
                "every plan twice: VMHARNESS_TEST_STARTS=1 asks for it"),
            .timeLimit(.minutes(60)),
            arguments: [
                ("virtiofs-kvec", "debian:6.1"), ("virtiofs-kvec", "debian:6.12"), ("vmalloc-noio", "debian:5.10"),
                ("vmalloc-noio", "debian:6.1"), ("gfs2-fault-deadlock", "debian:5.10"),
                ("gfs2-fault-deadlock", "debian:6.1"), ("pinned-writeback", "debian:6.1"),
                ("pinned-writeback", "debian:6.12"), ("vfio-devdax", "debian:6.1"), ("pmem", "debian:6.12"),
                ("disks", "debian:6.12"), ("modules", "debian:6.1"), ("panic", "debian:6.1"), ("hang", "debian:6.1"),
                ("suite-goes-on", "debian:6.1"),
            ])
        func aTemplateChangesNothing(plan: String, kernel: String) async throws {
            var told: [[String]] = []
            for start in ["cold", "template"] {
                try await withScratchDirectory { scratch in
                    let path = Harness.plans.appending(plan)
                    let isOwn = FileManager.default.fileExists(atPath: path.string)
                    let result = try await Harness.run(
                        [
                            "run", isOwn ? path.string : plan, "--json", "--out", scratch.appending("run").string,
                            "--kernel", kernel, "--start", start == "cold" ? start : "auto",
                        ], timeout: .seconds(1800))
                    let run = try #require(try? RunRecord(json: Data(result.output)), "\(result.errorText)")
                    told.append(
                        run.cells.flatMap(\.cases).map { record in
                            let findings = record.findings.filter { $0.severity != .notice }.map(\.title)
                            return "\(record.name) \(record.verdict) \(Set(findings).sorted())"
                        })
                }
            }
            #expect(told[0] == told[1])
        }
    }
}
