import Foundation
internal import HostProcess
public import RunRecord
public import SystemPackage

/// Reads the lines of logs around findings, from a run's files.
public struct ExcerptReader: Sendable {
    private let directory: FilePath

    /// Lines before and after what a finding points to.
    static let context = 6
    /// The most lines of an excerpt.
    static let mostLines = 120
    /// Bytes read before and after a finding, and of it: lines of consoles are short.
    private static let margin = 4096
    private static let longest = 64 << 10

    /// - Parameter directory: the run's.
    public init(_ directory: FilePath) {
        self.directory = directory
    }

    /// The excerpts of a run's findings, as many as a report shows. What cannot be read is left out.
    public func excerpts(of run: RunRecord) -> [RunReport.FindingIndex: LogExcerpt] {
        RunReport.shownFindings(of: run).reduce(into: [:]) { excerpts, entry in
            guard let place = entry.finding.place else { return }
            excerpts[entry.index] = excerpt(place, cell: run.cells[entry.index.cell])
        }
    }

    private func excerpt(_ place: Finding.Place, cell: CellRecord) -> LogExcerpt? {
        let name = "\(cell.directory)/\(place.file)"
        guard place.byte >= 0, place.endByte >= place.byte, place.line >= 1, let path = inside(name) else { return nil }
        let start = max(0, place.byte - Self.margin)
        let length = min(place.endByte - place.byte, Self.longest)
        guard let bytes = Self.read(path, from: start, count: place.byte - start + length + Self.margin) else {
            return nil
        }
        func lines(_ bytes: some Collection<UInt8>) -> [String] {
            // By bytes: to a string CR and LF are one character.
            bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
                String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self)
            }
        }
        guard bytes.count > place.byte - start else { return nil }
        // The first piece is the end of a line whose beginning was not read; the last before the finding is empty.
        let before = lines(bytes.prefix(place.byte - start)).dropLast().suffix(Self.context)
        let marked = lines(bytes.dropFirst(place.byte - start).prefix(length)).prefix(Self.mostLines)
        let own = marked.last == "" ? marked.dropLast() : marked
        let after = lines(bytes.dropFirst(place.byte - start + length)).prefix(Self.context)
        let isCut = length < place.endByte - place.byte || place.endLine - place.line > own.count
        return LogExcerpt(
            file: name, firstLine: max(1, place.line - before.count),
            lines: Array(before) + own + (isCut ? [] : Array(after)), marked: before.count..<before.count + own.count,
            isCut: isCut)
    }

    /// The path of a file in the run's directory; nil for one that leads out of it, since a record may be anybody's.
    private func inside(_ name: String) -> FilePath? {
        let relative = FilePath(name)
        guard relative.isRelative, relative.isLexicallyNormal, !relative.starts(with: "..") else { return nil }
        guard let real = realpath(directory.appending(relative.components).string, nil) else { return nil }
        defer { free(real) }
        guard let root = realpath(directory.string, nil) else { return nil }
        defer { free(root) }
        let path = String(cString: real)
        return path.hasPrefix(String(cString: root) + "/") ? FilePath(path) : nil
    }

    private static func read(_ path: FilePath, from start: Int, count: Int) -> [UInt8]? {
        let descriptor = open(path.string, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(start + filled))
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { return nil }
            if got == 0 { break }
            filled += got
        }
        return Array(bytes.prefix(filled))
    }
}
