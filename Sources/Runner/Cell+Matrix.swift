import Foundation
import HostProcess
import Machine
public import RunRecord
import SystemPackage
public import TestPlan

extension Cell {
    /// A cell of a matrix.
    init(_ cell: Matrix.Cell) {
        self.init(
            plan: cell.plan, kernel: cell.kernel, mutation: cell.mutation,
            backend: cell.backend.flatMap { Backend.Kind(rawValue: $0.rawValue) }, repetition: cell.repetition,
            expected: cell.expectation.flatMap { expectation in
                CellExpectation.Outcome(rawValue: expectation.outcome.rawValue).map {
                    CellExpectation(
                        $0, finding: expectation.finding, isOfCalibration: expectation.isOfCalibration ? true : nil,
                        source: "\(expectation.location)")
                }
            })
    }
}

extension Matrix {
    /// Its cells as they can be run.
    ///
    /// - Throws: `Failure` if two of them would have the same id, and so the same directory: plans of one name in
    ///   different places, or values that differ in what no file's name can hold.
    public func runnable() throws -> [Runner.Cell] {
        var seen: [String: Matrix.Cell] = [:]
        return try cells.map { cell in
            let runnable = Runner.Cell(cell)
            if let other = seen.updateValue(cell, forKey: runnable.id) {
                throw Failure(
                    "two cells have the same name: \(runnable.id)", on: "\(cell.location) and \(other.location)",
                    advice: "give plans different names, and values that differ in letters or digits",
                    blame: .request)
            }
            return runnable
        }
    }

    /// What a run's record keeps of it.
    ///
    /// - Parameters:
    ///   - cells: all of them, as they can be run.
    ///   - shard: the part that the run is; nil for all.
    public func record(of cells: [Runner.Cell], shard: MatrixShard?) -> MatrixRecord {
        let path = FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(file)).lexicallyNormalized()
        return MatrixRecord(
            name: name, file: path.string, digest: Self.digest(of: cells.asked), cells: cells.count,
            shard: shard?.record)
    }

    /// FNV-1a of what each cell is, without where that is said: the same on machines that have it elsewhere, and
    /// another as soon as a cell, its plan or what is expected of it is another.
    private static func digest(of cells: [AskedCell]) -> String {
        var hash = 0xcbf2_9ce4_8422_2325 as UInt64
        for cell in cells {
            let source = cell.expected?.isOfCalibration == true ? "calibration" : ""
            let expected = [cell.expected?.outcome.rawValue, cell.expected?.finding, source].map { $0 ?? "" }
            for text in [cell.id, cell.planDigest ?? ""] + expected {
                hash = text.utf8.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
                hash = (hash ^ 0xff) &* 0x100_0000_01b3
            }
        }
        return String(hash, radix: 16)
    }
}
