/// A file that a case left in `RESULT_BASE`.
public struct CaseFile: Sendable, Hashable {
    /// What a file is for, by the end of its name.
    public enum Kind: String, Sendable, Hashable {
        /// `.out.bad`: what it printed, where that is not as it should be.
        case output
        /// `.diff`: ours, the whole difference between that and what it should print.
        case difference
        /// `.full`: what it said for people.
        case full
        /// `.dmesg`: the kernel's log since it began.
        case dmesg
        /// `.notrun`: why it did not run.
        case notRun
        /// `.hints`: commits that may be missing.
        case hints
        /// `.core`, with the number of the process or without.
        case core
        /// Whatever else: images of file systems, artifacts of the case, files of a rerun.
        case other
    }

    /// Its name without the directory: `001.full`.
    public var name: String
    /// Its content, or the beginning of it.
    public var bytes: [UInt8]
    /// How many bytes it has in the guest.
    public var size: Int

    /// A file.
    public init(name: String, bytes: [UInt8], size: Int) {
        self.name = name
        self.bytes = bytes
        self.size = size
    }

    /// What it is for.
    public var kind: Kind {
        // `013.out.bad`, `999-the-mark.full`: the name of a case has no dot.
        let end = name.firstIndex(of: ".").map { String(name[$0...]) } ?? ""
        return switch end {
        case ".out.bad": .output
        case ".diff": .difference
        case ".full": .full
        case ".dmesg": .dmesg
        case ".notrun": .notRun
        case ".hints": .hints
        case _ where end == ".core" || end.hasPrefix(".core."): .core
        default: .other
        }
    }

    /// Its lines, what is not UTF-8 replaced.
    ///
    /// - Parameter limit: bytes that are looked at.
    func lines(limit: Int = 1 << 20) -> [String] {
        String(decoding: bytes.prefix(limit), as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
}
