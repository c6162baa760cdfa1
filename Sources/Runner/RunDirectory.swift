import Foundation
import HostProcess
public import RunRecord
import Synchronization
public import SystemPackage

/// A run's directory: `run.json`, and a directory for each cell. `run.json` is
/// replaced whole after every case, so a killed controller leaves every result
/// it had.
public final class RunDirectory: Sendable {
    /// Absolute.
    public let path: FilePath
    private let record: Mutex<RunRecord>
    /// Held as long as the run goes on: nobody else may write to its directory meanwhile.
    private let lock: FileLock

    /// Makes the directory.
    ///
    /// - Parameters:
    ///   - path: absolute; must not hold a run already.
    ///   - record: the run as it begins.
    /// - Throws: `Failure` if it cannot be made or holds a run.
    public init(_ path: FilePath, record: RunRecord) throws {
        self.path = path
        self.record = Mutex(record)
        try Self.makeDirectories(path.appending("cells"))
        lock = try Self.lock(path)
        guard access(file.string, F_OK) != 0 else {
            throw Failure(
                "the directory holds a run already", on: path.string,
                advice: "nothing is overwritten: name another with --out", blame: .request)
        }
        try save()
    }

    /// Opens a directory that holds a run, and replaces its document.
    ///
    /// - Throws: `Failure` if the document cannot be written.
    init(existing path: FilePath, record: RunRecord, lock: FileLock) throws {
        self.path = path
        self.record = Mutex(record)
        self.lock = lock
        try save()
    }

    /// - Throws: `Failure` if the run still goes on.
    static func lock(_ path: FilePath) throws -> FileLock {
        guard let lock = try FileLock.tryAcquire(path.appending("run.lock")) else {
            throw Failure(
                "the run is still going on", on: path.string, advice: "wait for it, or end it first", blame: .request)
        }
        return lock
    }

    /// Looks whether a run still goes on, without touching its directory.
    ///
    /// - Throws: `Failure` if it does.
    static func refuseRunning(_ path: FilePath) throws {
        // Without the right to lock it, it can only be read.
        guard access(path.appending("run.lock").string, R_OK | W_OK) == 0 else { return }
        try lock(path).release()
    }

    /// Makes a directory and those above it. Not by Foundation, whose error
    /// does not say what the system said.
    private static func makeDirectories(_ path: FilePath) throws {
        var made = FilePath(root: path.root, [])
        for component in path.components {
            made.append(component)
            guard mkdir(made.string, 0o755) == 0 || errno == EEXIST else {
                throw Failure(
                    "cannot make the run's directory: \(systemError())", on: made.string,
                    advice: "name another with --out", blame: .request)
            }
        }
    }

    /// The document.
    public var file: FilePath { path.appending("run.json") }

    /// The run as it is now.
    public var current: RunRecord { record.withLock { $0 } }

    /// Makes the directory of a cell.
    ///
    /// - Returns: its path and its name relative to the run's directory.
    /// - Throws: `Failure` if it cannot be made.
    func makeCellDirectory(_ id: String) throws -> (path: FilePath, name: String) {
        let name = "cells/\(id)"
        let directory = path.appending("cells").appending(id)
        guard mkdir(directory.string, 0o755) == 0 || errno == EEXIST else {
            throw Failure("cannot make the cell's directory: \(systemError())", on: directory.string, advice: "")
        }
        return (directory, name)
    }

    /// Puts a cell's state into the document and saves it.
    ///
    /// - Throws: `Failure` if the document cannot be written: a full disk.
    func update(_ cell: CellRecord) throws {
        record.withLock { run in
            if let at = run.cells.firstIndex(where: { $0.id == cell.id }) {
                run.cells[at] = cell
            } else {
                run.cells.append(cell)
            }
        }
        try save()
    }

    /// Ends the run, saves the document and returns it; one that cannot be
    /// saved says so itself.
    ///
    /// - Parameters:
    ///   - order: the cells' ids in the order in which they were asked for.
    ///   - interruption: why it ended early; nil if it did not.
    func finish(order: [String], interruption: String?) -> RunRecord {
        record.withLock { run in
            let order = run.asked?.map(\.id) ?? order
            run.cells.sort { order.firstIndex(of: $0.id) ?? .max < order.firstIndex(of: $1.id) ?? .max }
            run.ended = Date()
            run.interruption = interruption
            run.conclude(isWhole: interruption == nil)
        }
        do {
            try save()
        } catch {
            record.withLock { run in
                run.interruption = [run.interruption, "\(error)"].compactMap { $0 }.joined(separator: "; ")
                run.verdict = .over([run.verdict, .error])
            }
        }
        return current
    }

    private func save() throws {
        try record.withLock { run in
            do {
                try run.json().write(to: URL(filePath: file.string), options: .atomic)
            } catch {
                throw Failure(
                    "cannot save the results: \(error.localizedDescription)", on: file.string,
                    advice: "free some space there; what was saved before is still whole")
            }
        }
    }
}
