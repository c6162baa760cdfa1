import Foundation
import HostProcess
public import RunRecord
import Synchronization
public import SystemPackage

/// A run's directory: `run.json`, and a directory for each cell.
///
/// A cell has a `cell.json` of its own in its directory, replaced whole after every case, so a killed controller leaves
/// every result it had. `run.json` holds all of them; it is replaced when cells end, but so seldom that a run of
/// thousands of cells does not spend its time on it, and at the end, when the others are removed. Until then, what they
/// say is newer.
public final class RunDirectory: Sendable {
    /// Absolute.
    public let path: FilePath
    private struct State {
        var run: RunRecord
        /// Where each cell stands in it.
        var places: [String: Int]

        init(_ run: RunRecord) {
            self.run = run
            places = Dictionary(run.cells.enumerated().map { ($1.id, $0) }) { first, _ in first }
        }
    }
    private let state: Mutex<State>
    /// When the whole document may be saved again. Held while it is, so that an older one never follows a newer.
    private let next = Mutex(ContinuousClock.now)
    /// The least time between two saves of the whole document.
    private static let leastInterval = Duration.seconds(1)
    /// Of the time, this part at most is spent on saving it.
    private static let mostShare = 0.05
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
        state = Mutex(State(record))
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
        state = Mutex(State(record))
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
    public var current: RunRecord { state.withLock { $0.run } }

    /// A cell as it is now; nil if it has not begun.
    func cell(_ id: String) -> CellRecord? {
        state.withLock { state in state.places[id].map { state.run.cells[$0] } }
    }

    /// The directory of a cell, relative to the run's.
    static func name(ofCell id: String) -> String { "cells/\(id)" }

    /// Makes the directory of a cell.
    ///
    /// - Returns: its path and its name relative to the run's directory.
    /// - Throws: `Failure` if it cannot be made.
    func makeCellDirectory(_ id: String) throws -> (path: FilePath, name: String) {
        let name = Self.name(ofCell: id)
        let directory = path.appending("cells").appending(id)
        guard mkdir(directory.string, 0o755) == 0 || errno == EEXIST else {
            throw Failure("cannot make the cell's directory: \(systemError())", on: directory.string, advice: "")
        }
        return (directory, name)
    }

    /// Puts a cell's state into the document, and saves the cell's own.
    ///
    /// - Throws: `Failure` if that cannot be written: a full disk.
    func update(_ cell: CellRecord) throws {
        put(cell)
        let file = path.appending("cells").appending(cell.id).appending(CellRecord.fileName)
        do {
            try cell.json().write(to: URL(filePath: file.string), options: .atomic)
        } catch {
            throw Self.unsaved(error, file)
        }
    }

    /// Puts a cell into the document that will not be run by this start of the controller; it has no directory.
    func put(_ cell: CellRecord) {
        state.withLock { state in
            if let place = state.places[cell.id] {
                state.run.cells[place] = cell
            } else {
                state.places[cell.id] = state.run.cells.count
                state.run.cells.append(cell)
            }
        }
    }

    /// Saves the whole document, if that has not been done a moment ago.
    ///
    /// - Throws: `Failure` if it cannot be written; each cell is saved all the same.
    func cellEnded() throws {
        try next.withLock { next in
            guard ContinuousClock.now >= next else { return }
            let began = ContinuousClock.now
            defer {
                let cost = ContinuousClock.now - began
                next = .now + max(Self.leastInterval, cost * (1 / Self.mostShare))
            }
            try write()
        }
    }

    /// Changes what the document says of the whole run, its cells aside, and saves it: what is asked for further on,
    /// what was found.
    ///
    /// - Throws: `Failure` if it cannot be written.
    public func amend(_ change: (inout RunRecord) -> Void) throws {
        state.withLock { change(&$0.run) }
        try save()
    }

    /// Ends the run, saves the document and returns it; one that cannot be
    /// saved says so itself.
    ///
    /// - Parameters:
    ///   - order: the cells' ids in the order in which they were asked for.
    ///   - interruption: why it ended early; nil if it did not.
    ///   - decided: why no more cells were needed; nil if they were.
    func finish(order: [String], interruption: String?, decided: String? = nil) -> RunRecord {
        state.withLock { state in
            let order = state.run.asked?.map(\.id) ?? order
            let ranks = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
            var run = state.run
            run.cells.sort { ranks[$0.id] ?? .max < ranks[$1.id] ?? .max }
            run.ended = Date()
            run.interruption = interruption
            run.decided = decided
            run.conclude(isWhole: interruption == nil)
            state = State(run)
        }
        do {
            try save()
            Self.removeCellDocuments(of: current, in: path)
        } catch {
            state.withLock { state in
                state.run.interruption = [state.run.interruption, "\(error)"].compactMap { $0 }.joined(separator: "; ")
                state.run.verdict = .over([state.run.verdict, .error])
            }
        }
        return current
    }

    /// Removes what the whole document of a run holds as well.
    static func removeCellDocuments(of run: RunRecord, in directory: FilePath) {
        for id in run.cells.map(\.id) {
            guard let name = FilePath.Component(id), name.kind == .regular else { continue }
            unlink(directory.appending("cells").appending(name).appending(CellRecord.fileName).string)
        }
    }

    private func save() throws {
        try next.withLock { _ in try write() }
    }

    private func write() throws {
        do {
            try current.json().write(to: URL(filePath: file.string), options: .atomic)
        } catch {
            throw Self.unsaved(error, file)
        }
    }

    private static func unsaved(_ error: any Error, _ file: FilePath) -> Failure {
        Failure(
            "cannot save the results: \(error.localizedDescription)", on: file.string,
            advice: "free some space there; what was saved before is still whole")
    }
}
