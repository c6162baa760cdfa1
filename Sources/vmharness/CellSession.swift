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
    ///   - isQuiet: no progress, only what somebody must act on.
    ///   - conclude: what is to be added to the record once the cells have ended.
    /// - Returns: the record and where it is kept.
    /// - Throws: `InvalidFile` and `Failure`, before any guest is started where the request is wrong.
    static func run(
        _ cells: [Cell], _ options: RunOptions, out: FilePath? = nil, resumed: RunDirectory? = nil,
        matrix: MatrixRecord? = nil, isQuiet: Bool = false, conclude: (@Sendable (inout RunRecord) -> Void)? = nil
    ) async throws -> (record: RunRecord, directory: FilePath) {
        let printer = RunDisplays.display(of: cells, isQuiet: isQuiet)
        defer { printer.end() }
        async let _: Void = printer.tick()
        printer.resume(resumed?.current.cells ?? [])
        let preparation = Preparation(options: options, cache: .standard()) { printer.show(.preparing($0)) }
        let matrix = resumed?.current.matrix ?? matrix
        var prepared: [PreparedCell] = []
        var unavailable: [UnavailableCell] = []
        if matrix == nil {
            prepared = try await preparation.prepare(cells)
        } else if !cells.isEmpty {
            (prepared, unavailable) = try await preparation.prepareAvailable(cells)
        }
        try resumed?.refuseOthers(than: prepared)
        var options = options
        let experience = Experience(prepared)
        options.medians = experience.medians
        options.costs = experience.costs
        try TestRun.refuseOversized(prepared, options)
        let directory = try resumed ?? newDirectory(out, cells, options, matrix)
        // An option that was given again holds from now on.
        if directory.current.wish != options.wish { try directory.amend { $0.wish = options.wish } }
        for cell in try directory.record(unavailable) { printer.show(.cellEnded(cell)) }
        printer.expect {
            prepared.reduce(into: [:]) { $0[$1.cell.id] = $1.forecast(from: experience.costs($1)).seconds }
        }
        var finished = await TestRun(options: options, directory: directory) { printer.show($0) }
            .run(prepared) { InterruptScope.reason }
        if let conclude {
            try directory.amend(conclude)
            finished = directory.current
        }
        ResultRecording.record(finished, directory: directory.path)
        return (finished, directory.path)
    }

    static func newDirectory(
        _ out: FilePath?, _ cells: [Cell], _ options: RunOptions, _ matrix: MatrixRecord? = nil
    ) throws -> RunDirectory {
        var record = RunRecord(
            id: RunDirectory.newID(), vmharness: VMHarness.version, command: CommandLine.arguments,
            asked: cells.asked, started: Date())
        record.matrix = matrix
        record.wish = options.wish
        if options.runsExpunged { record.runsExpunged = true }
        return try RunDirectory(out ?? RunDirectory.standardPath(for: record.id), record: record)
    }
}
