import Foundation
import HostProcess
import KernelLog
import RunRecord
import SystemPackage

@testable import ResultStore

/// Records as runs leave them, and a store to put them into.
enum Samples {
    static let fixtures = FilePath(#filePath).removingLastComponent().appending("Fixtures")
    static let noon = Date(timeIntervalSince1970: 1_795_262_400)

    /// A run that began so many minutes after noon.
    static func run(_ minute: Int, _ cells: [CellRecord]) -> RunRecord {
        var run = RunRecord(
            id: "20261121-12\(minute / 10)\(minute % 10)00-\(1000 + minute)", vmharness: "0.1.0",
            command: ["vmharness", "run", "p"], started: noon + TimeInterval(minute * 60))
        run.cells = cells.map { cell in
            var cell = cell
            cell.started = run.started
            return cell
        }
        run.ended = run.started + 30
        run.verdict = .over(cells.map(\.verdict))
        return run
    }

    static func cell(
        of plan: String = "p", on kernel: String = "debian:6.12", accelerator: String = "tcg",
        parameters: [String: String] = [:], _ cases: [CaseRecord]
    ) -> CellRecord {
        var cell = CellRecord(
            id: "\(plan)@\(kernel.replacing(":", with: "-"))", plan: plan, kernel: kernel, parameters: parameters,
            started: noon, directory: "cells/x")
        cell.cases = cases
        cell.seconds = cases.map(\.seconds).reduce(0, +)
        cell.environment = EnvironmentRecord(
            backend: "qemu", accelerator: .init(used: accelerator, asked: "auto", reason: "the only one"), qemu: "7.2",
            command: ["qemu"], memory: 1 << 30, cpus: 2, memoryBacking: "memfd",
            kernel: .init(
                release: "6.12.95", version: "6.12.95-1", buildID: "abcd", digest: "d", packages: [], notes: []),
            commandLine: "", image: "base", initSystem: "fast", shares: [], host: .init(kernel: "6.1", cpus: 2),
            notes: [])
        cell.conclude()
        return cell
    }

    static func hang() -> Finding {
        Finding(
            source: .ladder, severity: .failure, kind: "hang", title: "hang in f", function: "f", stack: ["f", "g"])
    }

    /// A warning as the reader of kernel logs finds it.
    static func warning() throws -> Finding {
        var reader = KernelLogReader()
        let text = """
            [    1.000000] ------------[ cut here ]------------
            [    1.000000] WARNING: CPU: 1 PID: 168 at mm/page_alloc.c:5634 __alloc_pages+0x1c4/0x340
            [    1.000000] CPU: 1 PID: 168 Comm: insmod Not tainted 6.1.0-56-amd64 #1
            [    1.000000] RIP: 0010:__alloc_pages+0x1c4/0x340
            [    1.000000] Call Trace:
            [    1.000000]  kmalloc_large_node+0x1/0x2
            [    1.000000] ---[ end trace 0000000000000000 ]---

            """
        text.utf8.withContiguousStorageIfAvailable { reader.read(UnsafeRawBufferPointer($0)) }
        let report = (reader.nextReports() + reader.finish()).first
        guard let report else { throw Failure("the sample is no report", on: "", advice: "") }
        return Finding(report, source: .console, file: "console.log")
    }

    /// Runs `body` with a store in a directory of its own.
    static func withStore(_ body: (ResultStore, FilePath) throws -> Void) async throws {
        try await withScratchDirectory { scratch in
            try body(try ResultStore.open(scratch.appending("data/results.sqlite")), scratch)
        }
    }

    /// Saves a run as `vmharness run` does.
    ///
    /// - Returns: its directory.
    @discardableResult
    static func save(_ run: RunRecord, in runs: FilePath) throws -> FilePath {
        let directory = runs.appending(run.id)
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        try run.json().write(to: URL(filePath: directory.appending("run.json").string))
        return directory
    }
}
