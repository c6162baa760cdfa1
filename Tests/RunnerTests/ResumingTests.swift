import Foundation
import HostProcess
import RunRecord
import SystemPackage
import TestPlan
import Testing

@testable import Runner

@Suite("What of a cell's record a resumed run keeps")
struct ResumingTests {
    private static let environment = EnvironmentRecord(
        backend: "qemu", accelerator: .init(used: "tcg", asked: "auto", reason: ""), qemu: "", command: [], memory: 1,
        cpus: 1, memoryBacking: "",
        kernel: .init(release: "6.1.0-56-amd64", version: "6.1.192-2", digest: "", packages: [], notes: []),
        commandLine: "", image: "", initSystem: "fast", shares: [], host: .init(kernel: "", cpus: 1), notes: [])

    /// A plan of a step, a case called `fill`, and a suite that was interrupted after its first case.
    private func kept(devices: String, fill: String) throws -> CellRecord {
        let text = """
            name: x
            summary: A plan for tests
            guest: {devices: [\(devices)]}
            steps:
              - run: {\(fill), command: "true"}
              - suite: {command: a, list: b}

            """
        let plan = try TestPlan.parse(Array(text.utf8), file: "plan.yaml", directory: "/nonexistent", settings: [:])
        var cell = CellRecord(
            id: "c", plan: "x", kernel: "debian:6.1", parameters: [:], started: Date(timeIntervalSince1970: 0),
            directory: "cells/c")
        cell.environment = Self.environment
        cell.cases = [CaseRecord(name: "one", step: 2, guest: 1, verdict: .pass, seconds: 1)]
        if !plan.steps[0].isSetup {
            cell.cases.insert(CaseRecord(name: "fill", step: 1, guest: 1, verdict: .pass, seconds: 1), at: 0)
        }
        return RunDirectory.resumed(cell, of: plan)
    }

    /// What `fill` left there went with the scratch directory of the earlier start.
    @Test(arguments: ["disk: {name: d, size: 64MiB}", "nvdimm: {name: a, size: 64MiB}", "virtiofs: {tag: t}"])
    func nothingWhereACaseFilledWhatIsGone(device: String) throws {
        let cell = try kept(devices: device, fill: "case: fill")
        #expect(cell.cases.isEmpty)
        #expect(cell.environment?.notes.contains { $0.hasPrefix("resumed from the beginning") } == true)
    }

    @Test(arguments: [
        ("", "case: fill"), ("nvdimm: {name: a, size: 64MiB, backing: memfd}", "case: fill"),
        ("disk: {name: d, size: 64MiB}", "setup: true"),
    ])
    func allWhereWhatWentBeforeIsDoneAgainOrLeftNothing(device: String, fill: String) throws {
        let cell = try kept(devices: device, fill: fill)
        #expect(cell.cases.contains { $0.name == "one" })
        #expect(cell.environment?.notes == [])
    }
}
