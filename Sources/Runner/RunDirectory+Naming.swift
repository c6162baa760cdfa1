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

    /// The directory of the runs that were not told where to go: `$XDG_STATE_HOME/vmharness/runs`, by default under
    /// `~/.local/state`.
    public static var standardParent: FilePath {
        let state = ProcessInfo.processInfo.environment["XDG_STATE_HOME"] ?? homeDirectory() + "/.local/state"
        return FilePath(state).appending("vmharness").appending("runs")
    }

    /// Where a run goes that was not told: below ``standardParent``.
    public static func standardPath(for id: String) -> FilePath { standardParent.appending(id) }
}
