import Foundation
import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// The plan that the house was founded on, on the kernels it is calibrated with.
    @Suite struct VirtiofsKvecTests {
        @Test(.timeLimit(.minutes(15))) func givesATrueVerdictOnThreeKernels() async throws {
            try await withScratchDirectory { scratch in
                let out = scratch.appending("run")
                let kernels = ["debian:6.1", "debian:6.12", "debian:7.2"]
                let result = try await Harness.run(
                    ["run", "virtiofs-kvec", "--json", "--out", out.string] + kernels.flatMap { ["--kernel", $0] })
                #expect(result.status == 1, "\(result.errorText)")
                let run = try RunRecord(json: Data(result.output))
                #expect(run.cells.map(\.kernel) == kernels)
                #expect(run.cells.map(\.verdict) == [.fail, .pass, .pass], "\(result.errorText)")

                let failed = try #require(run.cells.first)
                let cases = failed.cases.filter { $0.verdict == .fail }
                #expect(cases.map(\.name) == ["module.insert"])
                let findings = try #require(cases.first).findings.filter { $0.severity == .failure }
                #expect(Set(findings.map(\.title)) == ["WARNING in __alloc_pages", "hang in request_wait_answer"])
                try checkWarning(findings.first { $0.kind == "warning" }, in: out.appending(failed.directory))
                try checkHang(findings.first { $0.kind == "hang" }, in: out.appending(failed.directory))
                for cell in run.cells { try checkEnvironment(cell) }
                try await checkSchema(out.appending("run.json"))
            }
        }

        private func checkWarning(_ finding: Finding?, in directory: FilePath) throws {
            let warning = try #require(finding)
            #expect(warning.location?.hasPrefix("mm/page_alloc.c:") == true)
            #expect(warning.comm == "insmod")
            #expect(warning.stack.contains("virtio_fs_enqueue_req [virtiofs]"))
            // The place leads to the very lines.
            let place = try #require(warning.place)
            let text = try String(contentsOfFile: directory.appending(place.file).string, encoding: .utf8)
            let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            let shown = lines[(place.line - 1)..<(place.endLine - 1)].joined(separator: "\n")
            #expect(shown.contains("WARNING: CPU: "))
            #expect(shown.contains("virtio_fs_enqueue_req"))
        }

        private func checkHang(_ finding: Finding?, in directory: FilePath) throws {
            let hang = try #require(finding)
            #expect(hang.comm == "insmod")
            #expect(hang.stack.contains { $0.hasPrefix("__do_sys_finit_module") })
            let place = try #require(hang.place)
            let text = try String(contentsOfFile: directory.appending(place.file).string, encoding: .utf8)
            #expect(text.contains("request_wait_answer"))
        }

        private func checkEnvironment(_ cell: CellRecord) throws {
            let environment = try #require(cell.environment)
            #expect(environment.kernel.buildID?.count == 40)
            #expect(environment.shares.map(\.cache).allSatisfy { ["none", "never"].contains($0) })
            #expect(environment.memoryBacking == "memfd, shared, a copy of the template's")
            #expect(environment.start?.how == EnvironmentRecord.Start.template)
            #expect(environment.command.contains("-incoming"))
            #expect(try #require(cell.bootSeconds) > 0)
        }

        /// By a validator that is not ours (Debian's python3-jsonschema).
        private func checkSchema(_ file: FilePath) async throws {
            let schema = Harness.root.appending("docs/run.schema.json")
            let result = try await Command(
                "/usr/bin/python3", ["-m", "jsonschema", "-i", file.string, schema.string]
            ).run(timeout: .seconds(60))
            #expect(result.status == 0, "\(result.text)\(result.errorText)")
        }
    }
}
