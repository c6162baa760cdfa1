import Foundation
import HostProcess
public import RunRecord
public import SystemPackage

extension RunDirectory {
    /// Opens the directory of a run that was killed or interrupted, to go on with it.
    ///
    /// - Parameters:
    ///   - path: the run's directory.
    ///   - record: its record, as it was saved last.
    /// - Throws: `Failure` if the run is still going on, or it has nothing left to do.
    public convenience init(resuming path: FilePath, record: RunRecord) throws {
        var record = record
        guard let asked = record.asked, !asked.isEmpty else {
            throw Failure(
                "the run does not say what was asked for", on: path.string,
                advice: "it was made by an older vmharness: start a new one", blame: .request)
        }
        let complete = Set(record.cells.filter { $0.isComplete == true }.map(\.id))
        guard !asked.allSatisfy({ complete.contains($0.id) }) else {
            throw Failure(
                "every cell of the run is complete", on: path.string, advice: "start a new one to run them again",
                blame: .request)
        }
        record.ended = nil
        record.interruption = nil
        record.resumed = (record.resumed ?? []) + [Date()]
        try self.init(existing: path, record: record)
    }

    /// A cell's record as an earlier start of the run left it, without what
    /// has to be done again; nil if the cell has not begun yet.
    ///
    /// - Parameter plan: the cell's plan. A plan without suites is run again from its beginning.
    func previous(_ id: String, hasSuites: Bool) -> CellRecord? {
        guard var cell = current.cells.first(where: { $0.id == id }), cell.isComplete != true else { return nil }
        // What broke, and what was not run because of it, is tried again; what the kernel did stands.
        cell.cases = cell.cases.filter { record in
            guard hasSuites, record.step != nil else { return false }
            return record.verdict != .error && !(record.verdict == .skip && record.guest == nil)
        }
        for index in cell.guests?.indices ?? 0..<0 where cell.guests![index].ended == nil {
            cell.guests![index].ended = "the run was interrupted"
        }
        return cell
    }

    /// True for a cell that has nothing left to do.
    func isComplete(_ id: String) -> Bool {
        current.cells.contains { $0.id == id && $0.isComplete == true }
    }
}
