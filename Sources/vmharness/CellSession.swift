import Foundation
import GuestImage
import HostProcess
import RunRecord
import Runner
import SystemPackage

/// Prepares cells, runs them and keeps the record, with progress on standard
/// error: what every command does that gives verdicts.
enum CellSession {
    /// - Parameters:
    ///   - cells: in the order in which they are to stand in the record.
    ///   - options: how to run them.
    ///   - out: the run's directory; a new one under the user's state if nil.
    ///   - resumed: the directory of a run that is gone on with; nil for a new one.
    ///   - matrix: the matrix that they are of; cells of one that cannot be had today are `error`, and the others run.
    ///   - isQuiet: no progress.
    /// - Returns: the record and where it is kept.
    /// - Throws: `InvalidFile` and `Failure`, before any guest is started where the request is wrong.
    static func run(
        _ cells: [Cell], _ options: RunOptions, out: FilePath? = nil, resumed: RunDirectory? = nil,
        matrix: MatrixRecord? = nil, isQuiet: Bool = false
    ) async throws -> (record: RunRecord, directory: FilePath) {
        let printer = EventPrinter(isQuiet: isQuiet)
        let preparation = Preparation(options: options, cache: .standard()) { printer.show(.preparing($0)) }
        var prepared: [PreparedCell] = []
        var unavailable: [UnavailableCell] = []
        if matrix == nil {
            prepared = try await preparation.prepare(cells)
        } else if !cells.isEmpty {
            (prepared, unavailable) = try await preparation.prepareAvailable(cells)
        }
        try resumed?.refuseOthers(than: prepared)
        let directory = try resumed ?? newDirectory(out, cells, matrix, runsExpunged: options.runsExpunged)
        for cell in try directory.record(unavailable) { printer.show(.cellEnded(cell)) }
        var options = options
        options.medians = Experience(prepared).medians
        let finished = await TestRun(options: options, directory: directory) { printer.show($0) }
            .run(prepared) { InterruptScope.reason }
        ResultRecording.record(finished, directory: directory.path)
        return (finished, directory.path)
    }

    private static func newDirectory(
        _ out: FilePath?, _ cells: [Cell], _ matrix: MatrixRecord?, runsExpunged: Bool
    ) throws -> RunDirectory {
        var record = RunRecord(
            id: RunDirectory.newID(), vmharness: VMHarness.version, command: CommandLine.arguments,
            asked: cells.asked, started: Date())
        record.matrix = matrix
        if runsExpunged { record.runsExpunged = true }
        return try RunDirectory(out ?? RunDirectory.standardPath(for: record.id), record: record)
    }
}
