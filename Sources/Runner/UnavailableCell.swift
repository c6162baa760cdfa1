public import HostProcess
public import RunRecord

/// A cell that cannot be run today: its kernel is not to be had, or something cannot be made for it.
public struct UnavailableCell: Sendable {
    /// The cell.
    public let cell: Cell
    /// Why.
    public let failure: Failure
}

extension RunDirectory {
    /// The name of the case, of no step, that says why a cell could not be run.
    private static let preparationCase = "preparation"

    /// Puts cells that cannot be run into the record, as `error` with the reason. They are not complete: a run that is
    /// gone on with tries them again. What was complete before, or had begun, stands.
    ///
    /// - Returns: their records.
    /// - Throws: `Failure` if the document cannot be written.
    public func record(_ unavailable: [UnavailableCell]) throws -> [CellRecord] {
        try unavailable.compactMap { unavailable in
            let id = unavailable.cell.id
            if isComplete(id) { return nil }
            let place = try makeCellDirectory(id)
            var record = current.cells.first { $0.id == id } ?? unavailable.cell.begun(in: place.name)
            record.cases.removeAll { $0.name == Self.preparationCase }
            record.cases.append(
                CaseRecord(
                    name: Self.preparationCase, verdict: .error, reason: "\(unavailable.failure)", seconds: 0,
                    outcome: .error))
            record.conclude()
            try update(record)
            return record
        }
    }
}
