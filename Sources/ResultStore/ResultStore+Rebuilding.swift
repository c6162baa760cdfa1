import Foundation
internal import HostProcess
internal import RunRecord
public import SystemPackage

/// What reading the runs' files again has brought.
public struct RebuildReport: Sendable, Hashable, Codable {
    /// Something that could not be read as a run.
    public struct Problem: Sendable, Hashable, Codable {
        /// Where.
        public var path: String
        /// Why, and what to do.
        public var reason: String
    }

    /// The ids of the runs that are in the store now as their files have them.
    public var recorded: [String] = []
    /// What was not understood.
    public var problems: [Problem] = []
    /// The ids of the runs without readable files: the store has them as before.
    public var kept: [String] = []
}

extension ResultStore {
    /// Reads the runs' files again: those in the directories named, and those that the store knows to be elsewhere.
    /// Nothing that the store has is lost: a run without files stays as it is.
    ///
    /// - Parameter directories: of runs' directories, or of one run.
    /// - Throws: `Failure` if a directory cannot be read, or the store not be written; a file that cannot be read is a
    ///   problem in the report.
    public func rebuild(from directories: [FilePath]) throws -> RebuildReport {
        var report = RebuildReport()
        let known = try self.directories()
        var found: [FilePath] = []
        for directory in directories {
            if RunDocument.exists(in: directory) {
                found.append(directory)
                continue
            }
            for entry in try Self.entries(of: directory) {
                if RunDocument.exists(in: entry) {
                    found.append(entry)
                } else {
                    report.problems.append(.init(path: entry.string, reason: "holds no \(RunDocument.fileName)"))
                }
            }
        }
        found += known.values.filter(RunDocument.exists).sorted { $0.string < $1.string }
        var seen = Set<FilePath>()
        for directory in found.map({ $0.lexicallyNormalized() }) where seen.insert(directory).inserted {
            do {
                report.recorded.append(try recordAgain(directory))
            } catch let unreadable as UnreadableRun {
                report.problems.append(.init(path: directory.string, reason: "\(unreadable.failure)"))
            }
        }
        report.kept = Set(known.keys).subtracting(report.recorded).sorted()
        return report
    }

    private struct UnreadableRun: Error {
        let failure: Failure
    }

    /// Reads within the transaction: a run that ends meanwhile saves its file first and waits then, so its last state
    /// wins.
    private func recordAgain(_ directory: FilePath) throws -> String {
        try write { db in
            let run: RunRecord
            do {
                run = try RunDocument.read(in: directory)
            } catch let failure as Failure {
                throw UnreadableRun(failure: failure)
            }
            var writer = RunWriter(db)
            try writer.write(run, directory)
            return run.id
        }
    }

    private static func entries(of directory: FilePath) throws -> [FilePath] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory.string).sorted().map(
                directory.appending)
        } catch {
            throw Failure(
                "cannot read the directory of runs: \(error.localizedDescription)", on: directory.string,
                advice: "name the directory that holds the runs' directories", blame: .request)
        }
    }
}
