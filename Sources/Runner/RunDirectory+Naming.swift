import Foundation
import HostProcess
public import SystemPackage

extension RunDirectory {
    /// An id for a new run: the time, to be sorted by, and four digits against
    /// a second run in the same second.
    public static func newID() -> String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ value: Int32) -> String { (value < 10 ? "0" : "") + "\(value)" }
        let date = "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))"
        let clock = two(parts.tm_hour) + two(parts.tm_min) + two(parts.tm_sec)
        return "\(date)-\(clock)-\(String(UInt16.random(in: 0x1000 ... .max), radix: 16))"
    }

    /// Where a run goes that was not told: `$XDG_STATE_HOME/vmharness/runs/ID`,
    /// by default under `~/.local/state`.
    public static func standardPath(for id: String) -> FilePath { standardDirectory.appending(id) }

    /// The directory of all runs that were not told where to go.
    public static var standardDirectory: FilePath {
        let state = ProcessInfo.processInfo.environment["XDG_STATE_HOME"] ?? homeDirectory() + "/.local/state"
        return FilePath(state).appending("vmharness").appending("runs")
    }

    /// The directory of a run.
    ///
    /// - Parameter name: a directory, a run's id or the beginning of one, or `last`.
    /// - Throws: `Failure` if there is none, or several.
    public static func find(_ name: String) throws -> FilePath {
        let path = FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(name))
        if access(path.appending("run.json").string, F_OK) == 0 { return path.lexicallyNormalized() }
        let ids = ((try? FileManager.default.contentsOfDirectory(atPath: standardDirectory.string)) ?? []).sorted()
        let fitting = name == "last" ? Array(ids.suffix(1)) : name.isEmpty ? [] : ids.filter { $0.hasPrefix(name) }
        guard fitting.count == 1 else {
            throw Failure(
                fitting.isEmpty ? "there is no such run" : "\(fitting.count) runs begin so", on: name,
                advice: fitting.isEmpty
                    ? "runs are in \(standardDirectory); the newest is \(ids.last ?? "none")"
                    : "write more of it: \(fitting.suffix(3).joined(separator: ", "))", blame: .request)
        }
        return standardDirectory.appending(fitting[0])
    }
}
