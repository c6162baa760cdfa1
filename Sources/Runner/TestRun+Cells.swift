import Foundation
import HostProcess
import RunRecord
import TestPlan

extension TestRun {
    /// Why no further cell was started.
    enum Stop: Sendable {
        /// So many have failed: a fault of the run.
        case failures(String)
        /// What was to be found out is known: none.
        case decided(String)
    }

    /// How long a cell that nothing of ours stands beside waits for memory that others on the host have, and how often
    /// it looks.
    private static let memoryPatience = (limit: Duration.seconds(120), interval: Duration.seconds(2))

    /// Refuses cells that this host can never run.
    ///
    /// - Throws: `Failure`, before anything is started.
    public static func refuseOversized(_ cells: [PreparedCell], _ options: RunOptions) throws {
        let room = HostRoom.now()
        for cell in cells where cell.lack == nil {
            try CellNeed(cell, cell.forecast(from: options.costs(cell))).refuse(cell.cell.id, on: room)
        }
    }

    /// Starts cells as the schedule and the host allow, until all have ended.
    ///
    /// A cell's end is the only thing waited for: between two ends nothing is done for those that wait.
    ///
    /// - Returns: why not all were run; nil if they were.
    /// - Throws: `CancellationError`; `Failure` if no record can be kept.
    func runCells(_ cells: [PreparedCell], _ starting: GuestStarting) async throws -> Stop? {
        // Of a run that is resumed, what is complete stands.
        let unfinished = cells.filter { !directory.isComplete($0.cell.id) }
        var experience = CellExperience(unfinished, options.costs)
        var waiting = WaitingCells(try unfinished.map { try experience.entry($0) }, order: options.schedule.order)
        var admission = Admission(jobs: options.schedule.jobs)
        return try await withThrowingTaskGroup(of: CellRecord?.self) { group in
            var ended = directory.current.cells.filter { $0.isComplete == true }
            var failures = 0
            var stop: Stop?
            while true {
                while !waiting.entries.isEmpty, stop == nil {
                    stop = self.stop(failures, ended)
                    guard stop == nil else { break }
                    let room = HostRoom.now()
                    guard let entry = waiting.next({ admission.obstacle(for: $0, on: room) }).entry else { break }
                    let runner = CellRunner(
                        prepared: entry.cell, starting: starting, options: options, directory: directory,
                        report: report)
                    admission.start(entry.cell.cell.id, entry.need) { [meter = runner.meter] in meter.memory }
                    group.addTask { try await runner.run() }
                }
                if admission.count > 0 {
                    guard let record = try await group.next() ?? nil else { continue }
                    admission.end(record.id)
                    ended.append(record)
                    if record.verdict.exitStatus != 0 { failures += 1 }
                    experience.learn(record, &waiting)
                } else if stop != nil || waiting.entries.isEmpty {
                    break
                } else if try await !hasMemory(for: waiting, admission) {
                    ended.append(try giveUp(waiting.drop()))
                    failures += 1
                }
            }
            if case .failures(let reason) = stop { skip(waiting.entries.map(\.cell), reason) }
            return stop
        }
    }

    private func stop(_ failures: Int, _ ended: [CellRecord]) -> Stop? {
        if let sentence = options.schedule.isDecided?(ended) { return .decided(sentence) }
        guard let most = options.schedule.mostFailures, failures >= most else { return nil }
        return .failures("stopped after \(failures) failed \(failures == 1 ? "cell" : "cells")")
    }

    /// Waits until a cell could start alone.
    ///
    /// - Returns: false if that did not happen.
    private func hasMemory(for waiting: WaitingCells<PreparedCell>, _ admission: Admission) async throws -> Bool {
        let began = ContinuousClock.now
        while ContinuousClock.now - began < Self.memoryPatience.limit {
            try await Task.sleep(for: Self.memoryPatience.interval)
            let room = HostRoom.now()
            if waiting.entries.contains(where: { admission.obstacle(for: $0.need, on: room) == nil }) { return true }
        }
        return false
    }

    /// Records a cell for which others on the host leave no memory.
    private func giveUp(_ entry: WaitingCells<PreparedCell>.Entry) throws -> CellRecord {
        let available = HostRoom.now().available
        var record = unstarted(entry.cell)
        record.cases = [
            CaseRecord(
                name: CellRecord.scheduleCase, verdict: .error,
                reason: "the host has no memory for it: such a cell took \(CellNeed.megabytes(entry.need.memory)), "
                    + "and others leave \(CellNeed.megabytes(available))",
                seconds: 0)
        ]
        record.conclude()
        directory.put(record)
        report(.cellEnded(record))
        try directory.cellEnded()
        return record
    }

    /// Records the cells that are not run any more; what an earlier start of the run left of one stays.
    private func skip(_ cells: [PreparedCell], _ reason: String) {
        for cell in cells where directory.cell(cell.cell.id).map(\.isScheduleSkip) ?? true {
            var record = unstarted(cell)
            record.cases = [
                CaseRecord(name: CellRecord.scheduleCase, verdict: .skip, reason: "not run: \(reason)", seconds: 0)
            ]
            record.conclude()
            directory.put(record)
            report(.cellEnded(record))
        }
    }

    private func unstarted(_ prepared: PreparedCell) -> CellRecord {
        let cell = prepared.cell
        return CellRecord(
            id: cell.id, plan: cell.plan.name, kernel: "\(cell.kernel)", mutation: cell.mutation?.name,
            parameters: cell.plan.values, started: Date(), directory: RunDirectory.name(ofCell: cell.id))
    }
}
