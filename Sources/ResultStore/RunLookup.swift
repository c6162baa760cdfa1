import Foundation
internal import HostProcess
public import RunRecord
public import SystemPackage
internal import TestPlan

/// Finds runs by what a person types.
///
/// Both the store and the directory of runs are looked at: a run whose controller was killed is in the latter alone,
/// one that was given a directory of its own in the former.
public struct RunLookup: Sendable {
    private let store: ResultStore?
    private let runs: FilePath

    /// - Parameters:
    ///   - store: nil if it cannot be opened.
    ///   - runs: the directory in which runs have their directories by default.
    public init(store: ResultStore?, runs: FilePath) {
        self.store = store
        self.runs = runs
    }

    /// - Parameter name: a run's id, the beginning of one, the run's directory, `latest` (or `last`), or `previous`: the
    ///   latest before that which has a plan and a kernel in common with it.
    /// - Throws: `Failure` if there is none, more than one, or its record cannot be read.
    public func find(_ name: String) throws -> StoredRun {
        if name.contains("/") || name == "." || name == ".." { return try inDirectory(absolute(name)) }
        let known = try directories()
        // Ids begin with the time, so they are in its order.
        let ids = known.keys.sorted()
        if name == "previous" { return try predecessor(of: try find("latest").record) }
        if name == "last" || name == "latest" {
            guard let last = ids.last else {
                throw Failure(
                    "there is no run yet", on: runs.string, advice: "`vmharness run PLAN` makes one", blame: .request)
            }
            return try run(last, in: known[last])
        }
        if known[name] != nil { return try run(name, in: known[name]) }
        let matches = name.isEmpty ? [] : ids.filter { $0.hasPrefix(name) }
        if matches.count == 1 { return try run(matches[0], in: known[matches[0]]) }
        guard matches.isEmpty else {
            let some = matches.suffix(5).reversed().joined(separator: ", ")
            throw Failure(
                "\(matches.count) runs begin so", on: name,
                advice: "type more of one: \(some)\(matches.count > 5 ? ", …" : "")", blame: .request)
        }
        let directory = absolute(name)
        if RunDocument.exists(in: directory) { return try inDirectory(directory) }
        let nearest = nearestSpelling(of: name, among: ids.reversed())
        throw Failure(
            "there is no such run", on: name,
            advice: (nearest.map { "did you mean '\($0)'? " } ?? "") + "`vmharness results list` shows them",
            blame: .request)
    }

    /// The latest recorded run before another that has a plan and a kernel in common with it.
    ///
    /// - Throws: `Failure` if there is none.
    public func predecessor(of run: RunRecord) throws -> StoredRun {
        guard let id = try store?.predecessor(of: run) else {
            throw Failure(
                "no earlier run of the same plans and kernels is recorded", on: run.id,
                advice: "name one; `vmharness results list` shows them", blame: .request)
        }
        return try find(id)
    }

    /// A run and what came of its tests.
    ///
    /// - Parameters:
    ///   - name: as for ``find(_:)``.
    ///   - ignoresKernels: leave the kernel out of what a test is.
    /// - Throws: `Failure` if there is none, more than one, or its record cannot be read.
    public func outcomes(
        _ name: String, ignoresKernels: Bool = false
    ) throws -> (run: RunRecord, outcomes: RunOutcomes) {
        let found = try find(name)
        return (found.record, RunOutcomes(found.record, ignoresKernels: ignoresKernels))
    }

    /// The directory of every run that can be found, by the runs' ids.
    ///
    /// - Throws: `Failure`.
    private func directories() throws -> [String: FilePath] {
        var known = try store?.directories() ?? [:]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.string)) ?? []
        for name in names where RunDocument.exists(in: runs.appending(name)) { known[name] = runs.appending(name) }
        return known
    }

    private func run(_ id: String, in directory: FilePath?) throws -> StoredRun {
        if let directory, RunDocument.exists(in: directory) {
            let record = try RunDocument.read(in: directory)
            // A directory can have been used again for another run.
            if record.id == id || store == nil { return StoredRun(record: record, directory: directory) }
        }
        if let (record, directory) = try store?.run(id: id) {
            return StoredRun(record: record, directory: directory, isWhole: false)
        }
        return try inDirectory(directory ?? runs.appending(id))
    }

    private func inDirectory(_ path: FilePath) throws -> StoredRun {
        let directory = path.lastComponent?.string == RunDocument.fileName ? path.removingLastComponent() : path
        return StoredRun(record: try RunDocument.read(in: directory), directory: directory)
    }

    private func absolute(_ name: String) -> FilePath {
        FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(name)).lexicallyNormalized()
    }
}
