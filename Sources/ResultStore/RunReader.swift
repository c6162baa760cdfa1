import Foundation
internal import GRDB
internal import RunRecord

/// Makes records of rows again.
struct RunReader {
    private let db: Database
    private let decoder: JSONDecoder

    init(_ db: Database) {
        self.db = db
        decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
    }

    /// A run with its cells, from a row of `runs`.
    func run(_ row: Row) throws -> RunRecord {
        var run = try bareRun(row)
        run.cells = try Row.fetchAll(
            db, sql: "SELECT * FROM cells WHERE run = ? ORDER BY id", arguments: [row["id"] as Int64]
        ).map(cell)
        return run
    }

    /// A run without its cells.
    func bareRun(_ row: Row) throws -> RunRecord { try value(RunRecord.self, row["document"]) }

    /// The cells of a run without their cases and environments: what a list shows of them.
    func bareCells(run: Int64) throws -> [CellRecord] {
        try String.fetchAll(
            db, sql: "SELECT json_remove(document, '$.environment') FROM cells WHERE run = ? ORDER BY id",
            arguments: [run]
        ).map { try value(CellRecord.self, $0) }
    }

    private func cell(_ row: Row) throws -> CellRecord {
        var cell = try value(CellRecord.self, row["document"])
        cell.cases = try Row.fetchAll(
            db,
            sql: """
                SELECT cases.*, tests.name, expunges.document AS expunge_document
                FROM cases JOIN tests ON tests.id = cases.test LEFT JOIN expunges ON expunges.id = expunge
                WHERE cell = ? ORDER BY cases.id
                """,
            arguments: [row["id"] as Int64]
        ).map(record)
        return cell
    }

    private func record(_ row: Row) throws -> CaseRecord {
        let findings = try String.fetchAll(
            db, sql: #"SELECT document FROM findings WHERE "case" = ? ORDER BY id"#, arguments: [row["id"] as Int64])
        var record = CaseRecord(
            name: row["name"], step: row["step"], guest: row["guest"], verdict: try verdict(row["verdict"]),
            reason: row["reason"], seconds: row["seconds"],
            findings: try findings.map { try value(Finding.self, $0) },
            files: try (row["files"] as String?).map { try value([String].self, $0) } ?? [],
            expunge: try (row["expunge_document"] as String?).map { try value(ExpungeRecord.self, $0) })
        record.known = try (row["known"] as String?).map { try value([KnownIssueRecord].self, $0) }
        record.outcome = try (row["outcome"] as String?).map(verdict)
        return record
    }

    func verdict(_ word: String) throws -> Verdict {
        guard let verdict = Verdict(rawValue: word) else { throw damaged("no verdict is called '\(word)'") }
        return verdict
    }

    func value<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
        do {
            return try decoder.decode(type, from: Data(json.utf8))
        } catch {
            throw damaged("a document cannot be read: \(error)")
        }
    }

    private func damaged(_ what: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: what)
    }
}
