import Foundation
import HostProcess
public import RunRecord
public import SystemPackage

extension RunDirectory {
    /// A larger document is none of ours.
    private static let largestDocument = 512 << 20

    /// Opens the directory of a run that was killed or interrupted, to go on with it.
    ///
    /// - Parameter path: the run's directory.
    /// - Throws: `Failure` if it holds no run, the run is still going on, or it has nothing left to do.
    public convenience init(resuming path: FilePath) throws {
        let file = path.appending("run.json")
        var record = try Self.read(file)
        guard let asked = record.asked, !asked.isEmpty else {
            throw Failure(
                "the run does not say what was asked for", on: file.string,
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

    /// The document of a run's directory.
    ///
    /// - Throws: `Failure` if there is none that can be read.
    public static func read(_ file: FilePath) throws -> RunRecord {
        func refuse(_ what: String, _ advice: String) -> Failure {
            Failure(what, on: file.string, advice: advice, blame: .request)
        }
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: URL(filePath: file.string))
        } catch {
            throw refuse("no run there: \(error.localizedDescription)", "name a run's directory")
        }
        defer { try? handle.close() }
        let bytes = try handle.read(upToCount: largestDocument + 1) ?? Data()
        guard bytes.count <= largestDocument else { throw refuse("too large for the record of a run", "") }
        do {
            let record = try RunRecord(json: bytes)
            guard record.format <= RunRecord.currentFormat else {
                throw refuse("made by a newer vmharness (format \(record.format))", "use that one")
            }
            return record
        } catch let error as DecodingError {
            throw refuse("not the record of a run: \(error)", "")
        }
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
