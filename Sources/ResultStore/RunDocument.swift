import Foundation
internal import HostProcess
internal import RunRecord
internal import SystemPackage

/// A run's file `run.json`, which may be anybody's, and for as long as the run goes on (or for ever, if it was killed)
/// the files `cell.json` of its cells, which are newer.
enum RunDocument {
    static let fileName = "run.json"
    /// Bytes read at most: some hundred thousand cases.
    static let limit = 256 << 20

    /// How often a record is read that is replaced meanwhile.
    private static let mostTries = 5

    private struct Format: Decodable {
        var format: Int
    }

    static func exists(in directory: FilePath) -> Bool {
        access(directory.appending(fileName).string, F_OK) == 0
    }

    /// - Parameter directory: the run's.
    /// - Throws: `Failure` if there is none, it is too large, of a newer format, or no record.
    static func read(in directory: FilePath) throws -> RunRecord {
        let path = directory.appending(fileName)
        for _ in 1..<mostTries {
            let before = version(of: path)
            let run = try readOnce(path, in: directory)
            // A run that ends meanwhile has put its cells into the one and removed the others.
            if run.ended != nil || version(of: path) == before { return run }
        }
        return try readOnce(path, in: directory)
    }

    /// Changes whenever a file is replaced.
    private static func version(of path: FilePath) -> [Int] {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return [] }
        return [Int(status.st_ino), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    }

    private static func readOnce(_ path: FilePath, in directory: FilePath) throws -> RunRecord {
        let data = Data(try BoundedRead.bytes(of: path, limit: limit))
        var run = try record(data, path)
        if run.ended == nil { try addCells(to: &run, in: directory, limit: limit - data.count) }
        return run
    }

    /// Puts the newer states of cells into the record of a run that has not ended.
    private static func addCells(to run: inout RunRecord, in directory: FilePath, limit: Int) throws {
        var places = Dictionary(run.cells.enumerated().map { ($1.id, $0) }) { first, _ in first }
        var room = limit
        for id in (run.asked ?? []).map(\.id) {
            // A record may be anybody's: no name in it leads elsewhere.
            guard let name = FilePath.Component(id), name.kind == .regular else { continue }
            let path = directory.appending("cells").appending(name).appending(CellRecord.fileName)
            guard access(path.string, F_OK) == 0 else { continue }
            let data: Data
            do {
                data = Data(try BoundedRead.bytes(of: path, limit: room))
            } catch {
                // Removed since, at the run's end: `run.json` has the cell now, and is looked at again.
                guard access(path.string, F_OK) != 0 else { throw error }
                continue
            }
            room -= data.count
            let cell: CellRecord
            do {
                cell = try CellRecord(json: data)
            } catch let error as DecodingError {
                throw Failure(
                    "not the record of a cell: \(error.inOneLine)", on: path.string,
                    advice: "remove it: an older state of the cell is in \(fileName)", blame: .request)
            }
            guard cell.id == id else { continue }
            if let place = places[id] {
                run.cells[place] = cell
            } else {
                places[id] = run.cells.count
                run.cells.append(cell)
            }
        }
    }

    private static func record(_ data: Data, _ path: FilePath) throws -> RunRecord {
        do {
            let format = try JSONDecoder().decode(Format.self, from: data).format
            guard format <= RunRecord.currentFormat else {
                throw Failure(
                    "the run was recorded by a newer vmharness (format \(format))", on: path.string,
                    advice: "read it with that version", blame: .request)
            }
            return try RunRecord(json: data)
        } catch let error as DecodingError {
            throw Failure(
                "not the record of a run: \(error.inOneLine)", on: path.string,
                advice: "name a directory that `vmharness run` made", blame: .request)
        }
    }
}

extension DecodingError {
    /// `no 'plan' in cells[0]`
    fileprivate var inOneLine: String {
        func place(_ context: Context) -> String {
            let path = context.codingPath.reduce(into: "") { path, key in
                path += key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? key.stringValue : ".\(key.stringValue)")
            }
            return path.isEmpty ? "the document" : path
        }
        return switch self {
        case .keyNotFound(let key, let context): "no '\(key.stringValue)' in \(place(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(place(context)): \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }
}
