import Foundation
internal import GRDB
internal import RunRecord
internal import SystemPackage

/// Puts one run into the tables, within the transaction of `db`.
struct RunWriter {
    private let db: Database
    private let encoder: JSONEncoder
    private var tests: [String: Int64] = [:]

    init(_ db: Database) {
        self.db = db
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
    }

    /// Puts the run in place of any of the same id.
    mutating func write(_ run: RunRecord, _ directory: FilePath) throws {
        try remove(run.id)
        var bare = run
        bare.cells = []
        try execute(
            "INSERT INTO runs (name, directory, started, verdict, document) VALUES (?, ?, ?, ?, ?)",
            [run.id, directory.string, run.started.wholeSeconds, run.verdict.rawValue, json(bare)])
        let id = db.lastInsertedRowID
        for cell in run.cells { try write(cell, run: id) }
    }

    private func remove(_ run: String) throws {
        guard let id = try Int64.fetchOne(db, sql: "SELECT id FROM runs WHERE name = ?", arguments: [run]) else {
            return
        }
        let tests = try Int64.fetchAll(
            db, sql: "SELECT DISTINCT test FROM cases JOIN cells ON cells.id = cell WHERE run = ?", arguments: [id])
        try execute("DELETE FROM runs WHERE id = ?", [id])
        // A case that nothing tells of any more must not be offered as a spelling.
        for test in tests {
            try execute("DELETE FROM tests WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM cases WHERE test = ?1)", [test])
        }
    }

    private mutating func write(_ cell: CellRecord, run: Int64) throws {
        var bare = cell
        bare.cases = []
        for index in bare.attempts?.indices ?? 0..<0 { bare.attempts![index].cases = [] }
        let kernel = cell.environment?.kernel
        try execute(
            """
            INSERT INTO cells (
                run, name, plan, kernel, release, build, accelerator, verdict, started, document, parameters,
                cost, backend)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                run, cell.id, cell.plan, cell.testedKernel, kernel?.release, kernel?.buildID,
                cell.environment?.accelerator.used, cell.verdict.rawValue, cell.started.wholeSeconds, json(bare),
                json(cell.parameters), CellCost(cell).map(json), cell.environment?.backend,
            ])
        let id = db.lastInsertedRowID
        for record in cell.cases { try write(record, of: cell, id) }
    }

    private mutating func write(_ record: CaseRecord, of cell: CellRecord, _ id: Int64) throws {
        try execute(
            """
            INSERT INTO cases (
                cell, test, verdict, reason, seconds, timed, kernel, accelerator, started, files, expunge, step, guest,
                known, outcome)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, test(record.name, of: cell.plan), record.verdict.rawValue, record.reason, record.seconds,
                record.isTimed, cell.testedKernel, cell.environment?.accelerator.used, cell.started.wholeSeconds,
                record.files.isEmpty ? nil : json(record.files), record.expunge.map(expunge), record.step,
                record.guest, record.known.map(json), record.outcome?.rawValue,
            ])
        let row = db.lastInsertedRowID
        for finding in record.findings { try write(finding, of: row) }
    }

    private func write(_ finding: Finding, of row: Int64) throws {
        var bare = finding
        bare.report = nil
        try execute(
            """
            INSERT INTO findings ("case", severity, kind, title, fingerprint, document) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                row, finding.severity.rawValue, finding.kind, finding.title, Fingerprint(of: finding).description,
                json(bare),
            ])
    }

    private func expunge(_ expunge: ExpungeRecord) throws -> Int64 {
        let document = try json(expunge)
        try execute(
            "INSERT INTO expunges (test, scope, document) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [expunge.test, expunge.scope, document])
        return try id("SELECT id FROM expunges WHERE document = ?", [document])
    }

    private mutating func test(_ name: String, of plan: String) throws -> Int64 {
        // No plan's name holds a line feed.
        let key = "\(plan)\n\(name)"
        if let id = tests[key] { return id }
        try execute("INSERT INTO tests (plan, name) VALUES (?, ?) ON CONFLICT DO NOTHING", [plan, name])
        let id = try id("SELECT id FROM tests WHERE plan = ? AND name = ?", [plan, name])
        tests[key] = id
        return id
    }

    /// Of a row that has just been made, or was there.
    private func id(_ sql: String, _ arguments: StatementArguments) throws -> Int64 {
        guard let id = try Int64.fetchOne(try db.cachedStatement(sql: sql), arguments: arguments) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "a row that was made is not there")
        }
        return id
    }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    private func json(_ value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension Date {
    /// As `run.json` keeps times.
    var wholeSeconds: Int64 { Int64(timeIntervalSince1970.rounded(.down)) }
}
