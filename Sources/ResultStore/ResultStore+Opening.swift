import Foundation
internal import GRDB
internal import HostProcess
public import SystemPackage

extension ResultStore {
    /// Opens the store, and makes it if it is not there. An older database is brought up to date.
    ///
    /// - Parameter path: the database's file; its directory is made.
    /// - Throws: `Failure` if it cannot be opened or written, is damaged, or was written by a newer vmharness.
    public static func open(_ path: FilePath) throws -> ResultStore {
        try makeDirectories(path.removingLastComponent())
        // SQLite's own waiting does not cover the switch to WAL, nor two that migrate at once.
        let lock = try waitForLock(FilePath(path.string + ".lock"))
        defer { lock.release() }
        return try failing(on: path) {
            var configuration = Configuration()
            configuration.busyMode = .timeout(patience)
            configuration.label = "results"
            let pool = try DatabasePool(path: path.string, configuration: configuration)
            let migrator = StoreSchema.migrator
            guard try !pool.read(migrator.hasBeenSuperseded) else {
                throw Failure(
                    "the results were written by a newer vmharness", on: path.string,
                    advice:
                        "use that version here, or keep other results by setting XDG_DATA_HOME; nothing was changed",
                    blame: .request)
            }
            try migrator.migrate(pool)
            return ResultStore(path: path, pool: pool)
        }
    }

    /// Not `FileLock.acquire`: what an interrupted run has found is recorded by a task that is cancelled already.
    private static func waitForLock(_ path: FilePath) throws -> FileLock {
        let deadline = ContinuousClock.now + .seconds(patience)
        while true {
            if let lock = try FileLock.tryAcquire(path) { return lock }
            guard ContinuousClock.now < deadline else {
                throw Failure("lock still held after \(patience) s", on: path.string, advice: "`fuser` shows by whom")
            }
            usleep(5000)
        }
    }

    private static func makeDirectories(_ path: FilePath) throws {
        var made = FilePath(root: path.root, [])
        for component in path.components {
            made.append(component)
            guard mkdir(made.string, 0o755) == 0 || errno == EEXIST else {
                throw Failure(
                    "cannot make the directory of the results: \(systemError())", on: made.string,
                    advice: "make it writable, or name another with XDG_DATA_HOME")
            }
        }
    }
}

/// Turns what SQLite says into a `Failure` with what can be done about it.
///
/// - Throws: `Failure`.
func failing<Value>(on path: FilePath, _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as DatabaseError {
        let text = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            throw Failure(
                "the results database is damaged: \(text)", on: path.string,
                advice: "move it away; `vmharness results rebuild` makes it again from the runs' files")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            throw Failure(
                "the results database is in use: \(text)", on: path.string, advice: "`fuser` shows by whom; try again")
        default:
            throw Failure(
                "cannot use the results database: \(text)", on: path.string,
                advice: "check its owner, and the free space there")
        }
    }
}
