import Foundation
internal import GRDB
public import RunRecord
public import SystemPackage

extension ResultStore {
    /// Puts a run into the store, in place of an older state of the same run.
    ///
    /// - Parameters:
    ///   - run: ended, interrupted or killed.
    ///   - directory: where its files are; absolute.
    /// - Throws: `Failure` if the store cannot be written: the run's own files are not touched.
    public func record(_ run: RunRecord, directory: FilePath) throws {
        try write { db in
            var writer = RunWriter(db)
            try writer.write(run, directory.lexicallyNormalized())
        }
    }

    /// The latest runs, newest first.
    ///
    /// - Parameters:
    ///   - limit: how many at most.
    ///   - plan: only those with a cell of this plan.
    /// - Throws: `Failure`.
    public func runs(limit: Int, plan: String? = nil) throws -> [RunSummary] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM runs WHERE ?1 IS NULL OR id IN (SELECT run FROM cells WHERE plan = ?1)
                    ORDER BY started DESC, name DESC LIMIT ?2
                    """,
                arguments: [plan, limit])
            return try rows.map { try RunSummary($0, db) }
        }
    }

    /// A run as the store remembers it: all but the kernel's whole reports. nil if it has none of that id.
    ///
    /// - Throws: `Failure`.
    public func run(id: String) throws -> (record: RunRecord, directory: FilePath)? {
        try read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM runs WHERE name = ?", arguments: [id]) else {
                return nil
            }
            return (try RunReader(db).run(row), FilePath(row["directory"] as String))
        }
    }

    /// The directory of every run, by the runs' ids.
    ///
    /// - Throws: `Failure`.
    public func directories() throws -> [String: FilePath] {
        try read { db in
            let rows = try Row.fetchCursor(db, sql: "SELECT name, directory FROM runs")
            return try Dictionary(
                uniqueKeysWithValues: rows.map { ($0["name"] as String, FilePath($0["directory"] as String)) })
        }
    }

    /// The plans of all runs, sorted.
    ///
    /// - Throws: `Failure`.
    public func plans() throws -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT DISTINCT plan FROM cells ORDER BY plan") }
    }

    /// The cases that a plan ever had, sorted.
    ///
    /// - Throws: `Failure`.
    public func cases(of plan: String) throws -> [String] {
        try read {
            try String.fetchAll($0, sql: "SELECT name FROM tests WHERE plan = ? ORDER BY name", arguments: [plan])
        }
    }
}
