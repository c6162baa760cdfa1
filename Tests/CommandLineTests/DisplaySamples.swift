import Foundation
import RunRecord
import Runner

@testable import vmharness

/// Cells and events of made-up runs.
enum DisplaySamples {
    static func cell(_ row: String, _ column: String, _ number: Int? = nil) -> DisplayCell {
        DisplayCell(id: "\(row)@\(column)" + (number.map { "#\($0)" } ?? ""), row: row, column: column)
    }

    /// Every row on every column.
    static func matrix(_ rows: [String], _ columns: [String]) -> [DisplayCell] {
        rows.flatMap { row in columns.map { cell(row, $0) } }
    }

    static func ended(
        _ cell: DisplayCell, _ verdict: Verdict, seconds: Double = 5, reason: String? = nil
    ) -> RunEvent {
        var record = CellRecord(
            id: cell.id, plan: cell.row, kernel: cell.column, parameters: [:], started: Date(), directory: "cells")
        (record.verdict, record.seconds, record.reason) = (verdict, seconds, reason)
        return .cellEnded(record)
    }

    static func lines(_ state: DisplayState, at now: Double = 0, _ width: Int = 80, _ height: Int = 24) -> [String] {
        DisplayFrame(state, at: now, width: width, height: height).lines.map(\.plain)
    }
}
