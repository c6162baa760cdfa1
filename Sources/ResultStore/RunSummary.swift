public import Foundation
internal import GRDB
public import RunRecord

/// A run in one line.
public struct RunSummary: Sendable, Hashable, Codable {
    /// The run's id.
    public var id: String
    /// Where its files were put.
    public var directory: String
    /// When it began.
    public var started: Date
    /// When it ended; nil if it was killed, or was still running when it was recorded.
    public var ended: Date?
    /// Why it ended early; nil if it did not.
    public var interruption: String?
    /// Over its cells.
    public var verdict: Verdict
    /// Beside the verdict, whether it was expected, where it is the run of a matrix: `fail, as expected`.
    public var standing: String?
    /// The matrix that it is of; nil if it is of none.
    public var matrix: MatrixRecord?
    /// The plans of its cells, each once, in their order.
    public var plans: [String]
    /// The kernels of its cells as they were asked for, each once, in their order.
    public var kernels: [String]
    /// How many cells have which verdict, by the verdict's word.
    public var cells: [String: Int]
    /// How many cases have which verdict, by the verdict's word.
    public var cases: [String: Int]

    /// From a row of `runs`.
    init(_ row: Row, _ db: Database) throws {
        var run = try RunReader(db).bareRun(row)
        id = run.id
        directory = row["directory"]
        started = run.started
        ended = run.ended
        interruption = run.interruption
        verdict = run.verdict
        (plans, kernels, cells, cases) = ([], [], [:], [:])
        let key = row["id"] as Int64
        if run.matrix != nil {
            // With all its cells, but without their cases.
            run.cells = try RunReader(db).bareCells(run: key)
            (matrix, standing) = (run.matrix, run.standing)
        }
        for cell in try Row.fetchAll(
            db, sql: "SELECT plan, kernel, verdict FROM cells WHERE run = ? ORDER BY id", arguments: [key])
        {
            if !plans.contains(cell["plan"]) { plans.append(cell["plan"]) }
            if !kernels.contains(cell["kernel"]) { kernels.append(cell["kernel"]) }
            cells[cell["verdict"], default: 0] += 1
        }
        for count in try Row.fetchAll(
            db,
            sql: """
                SELECT cases.verdict, count(*) AS count FROM cells JOIN cases ON cell = cells.id WHERE run = ?
                GROUP BY cases.verdict
                """,
            arguments: [key])
        {
            cases[count["verdict"]] = count["count"]
        }
    }
}
