import Foundation
internal import GRDB
internal import HostProcess
public import SystemPackage

/// Every run that ended on this machine, in one SQLite database: what `run.json` files say, made fast to ask.
///
/// The files stay the truth: the database can be made again from them. Any number of processes may read and write at
/// once; a writer waits for the one before it.
public struct ResultStore: Sendable {
    /// The database's file.
    public let path: FilePath
    /// WAL: readers do not wait for writers.
    private let pool: DatabasePool

    /// How long one process waits for another that writes, in seconds. A run is written in milliseconds.
    static let patience = 30.0

    init(path: FilePath, pool: DatabasePool) {
        self.path = path
        self.pool = pool
    }

    /// Where the results of a user are kept: `$XDG_DATA_HOME/vmharness/results.sqlite`, by default under
    /// `~/.local/share`.
    public static var standardPath: FilePath {
        // The specification of these directories has relative ones ignored.
        let named = ProcessInfo.processInfo.environment["XDG_DATA_HOME"] ?? ""
        let data = named.hasPrefix("/") ? named : homeDirectory() + "/.local/share"
        return FilePath(data).appending("vmharness").appending("results.sqlite")
    }

    /// - Throws: `Failure`.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try failing(on: path) { try pool.read(body) }
    }

    /// All or nothing.
    ///
    /// - Throws: `Failure`.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try failing(on: path) { try pool.write(body) }
    }
}
