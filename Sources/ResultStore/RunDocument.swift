import Foundation
internal import HostProcess
internal import RunRecord
internal import SystemPackage

/// A run's file `run.json`, which may be anybody's.
enum RunDocument {
    static let fileName = "run.json"
    /// Bytes read at most: some hundred thousand cases.
    static let limit = 256 << 20

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
        let data = Data(try BoundedRead.bytes(of: path, limit: limit))
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
