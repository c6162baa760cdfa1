import Foundation
import GuestImage
import HostProcess
import Machine
public import RunRecord
import Steps
public import SystemPackage
import TestPlan

extension RunDirectory {
    /// Opens the directory of a run that was killed or interrupted, to go on with it.
    ///
    /// - Parameters:
    ///   - path: the run's directory.
    ///   - hasMore: there is something to do besides the cells that the record asks for.
    ///   - read: reads its record; called once nobody else can write to it.
    /// - Throws: `Failure` if the run is still going on, or it has nothing left to do; what `read` throws.
    public convenience init(resuming path: FilePath, hasMore: Bool = false, read: () throws -> RunRecord) throws {
        let lock = try Self.lock(path)
        var record = try read()
        guard let asked = record.asked, !asked.isEmpty else {
            throw Failure(
                "the run does not say what was asked for", on: path.string,
                advice: "it was made by an older vmharness: start a new one", blame: .request)
        }
        let complete = Set(record.cells.filter { $0.isComplete == true }.map(\.id))
        guard hasMore || !asked.allSatisfy({ complete.contains($0.id) }) else {
            throw Failure(
                "every cell of the run is complete", on: path.string, advice: "start a new one to run them again",
                blame: .request)
        }
        if let decided = record.decided {
            throw Failure(
                "the run has its answer: \(decided)", on: path.string, advice: "start a new one to run more of it",
                blame: .request)
        }
        record.ended = nil
        record.interruption = nil
        record.resumed = (record.resumed ?? []) + [Date()]
        try self.init(existing: path, record: record, lock: lock)
    }

    /// Refuses to go on with something else than what the run began with: its
    /// results would stand under an environment that is not theirs.
    ///
    /// - Throws: `Failure` if a kernel, an image, the backend or the accelerator is another one by now.
    public func refuseOthers(than prepared: [PreparedCell]) throws {
        for cell in prepared {
            guard let begun = self.cell(cell.cell.id), begun.isComplete != true,
                let environment = begun.environment
            else { continue }
            let pairs = [
                ("kernel", environment.kernel.digest, cell.kernel.digest),
                ("image", environment.image, "\(cell.image.name) \(cell.image.digest)"),
                ("backend", environment.backend, cell.backend.kind.rawValue),
                ("accelerator", environment.accelerator.used, cell.accelerator.accelerator.rawValue),
            ]
            for (what, before, now) in pairs where before != now {
                throw Failure(
                    "the run began with another \(what): \(before), now \(now)", on: begun.id,
                    advice: "start a new run", blame: .request)
            }
        }
    }

    /// A cell's record as an earlier start of the run left it, without what
    /// has to be done again.
    ///
    /// - Parameters:
    ///   - cell: one that is not complete.
    ///   - plan: the cell's plan. One without suites is run again from its beginning, and so is one whose cases
    ///     may have left on the cell's own disks what the rest builds upon: those went with the earlier start.
    static func resumed(_ cell: CellRecord, of plan: TestPlan) -> CellRecord {
        var cell = cell
        // What broke, and what was not run because of it, is tried again; what the kernel did stands.
        cell.cases = cell.cases.filter { record in
            guard plan.hasSuites else { return false }
            // What belongs to no step, such as the boot, comes anew with each guest; but what the kernel did wrong stands.
            if record.step == nil { return record.guest != nil && record.verdict == .fail }
            return record.verdict != .error && !(record.verdict == .skip && record.guest == nil)
        }
        if plan.hasOwnStorage, cell.cases.contains(where: { plan.isSingleCase($0.step) }) {
            cell.cases = []
            let note =
                "resumed from the beginning: what its cases had left on disks, shares and persistent memory was gone"
            if cell.environment?.notes.contains(note) == false { cell.environment?.notes.append(note) }
        }
        for index in cell.guests?.indices ?? 0..<0 where cell.guests![index].ended == nil {
            cell.guests![index].ended = "the run was interrupted"
        }
        return cell
    }

    /// True for a cell that has nothing left to do.
    func isComplete(_ id: String) -> Bool {
        cell(id)?.isComplete == true
    }
}

extension TestPlan {
    /// True if the guest writes to something that is made with the cell and removed with the controller's scratch.
    fileprivate var hasOwnStorage: Bool {
        !guest.disks.isEmpty || guest.pmem.contains { $0.backing == .file && !$0.readOnly }
            || guest.virtiofs.contains { $0.share == nil && !$0.readOnly }
    }

    /// True for a step, from 1, that is run once in a cell: a case, and no suite of cases.
    fileprivate func isSingleCase(_ number: Int?) -> Bool {
        guard let number, steps.indices.contains(number - 1) else { return false }
        return steps[number - 1].isCase && suite(of: steps[number - 1]) == nil
    }
}
