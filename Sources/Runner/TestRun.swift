import Foundation
import HostProcess
import RemoteShell
public import RunRecord
import Synchronization

/// Runs prepared cells and keeps the record.
public struct TestRun: Sendable {
    private let options: RunOptions
    private let directory: RunDirectory
    private let report: @Sendable (RunEvent) -> Void

    /// - Parameters:
    ///   - options: how to run.
    ///   - directory: where the results go.
    ///   - report: told of what happens, from any task.
    public init(options: RunOptions, directory: RunDirectory, report: @Sendable @escaping (RunEvent) -> Void) {
        self.options = options
        self.directory = directory
        self.report = report
    }

    /// Runs the cells, as many at a time as the schedule allows, and returns the record, whatever
    /// happens: what cannot be saved can still be printed. Cancelling the task
    /// ends the guests and keeps what there is.
    ///
    /// - Parameter interruption: asked at the end why the task was cancelled.
    public func run(_ cells: [PreparedCell], interruption: @Sendable () -> String?) async -> RunRecord {
        var problem: String?
        do {
            try await withScratchDirectory { scratch in
                let identity = try await SSHIdentity.make(in: scratch)
                try await runCells(cells, identity)
            }
        } catch is CancellationError {
            problem = "cancelled"
        } catch {
            problem = "\(error)"
        }
        return directory.finish(order: cells.map(\.cell.id), interruption: interruption() ?? problem)
    }

    private func runCells(_ cells: [PreparedCell], _ identity: SSHIdentity) async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            var ended = Set(cells.map(\.cell.id).filter(directory.isComplete))
            let jobs = if case .most(let jobs) = options.schedule.jobs { jobs } else { 1 }
            // Of a run that is resumed, what is complete stands.
            for (index, cell) in cells.filter({ !directory.isComplete($0.cell.id) }).enumerated() {
                if index >= jobs, let id = try await group.next() { ended.insert(id) }
                guard options.schedule.isDecided?(directory.current.cells.filter { ended.contains($0.id) }) == nil
                else {
                    break
                }
                let runner = CellRunner(
                    prepared: cell, identity: identity, options: options, directory: directory, report: report)
                group.addTask {
                    try await runner.run()
                    return cell.cell.id
                }
            }
            try await group.waitForAll()
        }
    }
}
