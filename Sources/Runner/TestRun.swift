import Foundation
import HostProcess
public import RunRecord
import Synchronization

/// Runs prepared cells and keeps the record.
public struct TestRun: Sendable {
    let options: RunOptions
    let directory: RunDirectory
    let report: @Sendable (RunEvent) -> Void

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
        var decided: String?
        do {
            switch try await runCells(cells, GuestStarting(options, report: report)) {
            case .failures(let reason): problem = reason
            case .decided(let sentence): decided = sentence
            case nil: break
            }
        } catch is CancellationError {
            problem = "cancelled"
        } catch {
            problem = "\(error)"
        }
        return directory.finish(
            order: cells.map(\.cell.id), interruption: interruption() ?? problem, decided: decided)
    }
}
