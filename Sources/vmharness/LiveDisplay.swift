import Foundation
import RunRecord
import Runner
import Synchronization

/// A picture of a run that stays in its place at the lower end of a terminal, with what matters printed above it.
///
/// The cursor is never hidden and no mode of the terminal is changed beyond one write(2): so there is nothing to put
/// back, however the process ends.
final class LiveDisplay: RunDisplay {
    private struct Picture {
        var state: DisplayState
        /// The widths of the lines that stand on the terminal above the cursor.
        var painted: [Int] = []
        /// What is to be printed above the picture.
        var news: [String] = []
        /// How many of them were left out, since the terminal took none.
        var dropped = 0
        /// True if something was told since the last painting.
        var isDirty = true
        var paintedAt: ContinuousClock.Instant?
        /// How long that took.
        var cost = Duration.zero
        var size = TerminalSize(columns: 0, lines: 0)
        /// The cell whose guest is held for a look: a person types meanwhile.
        var held: String?
        var isEnded = false
    }

    private let began = ContinuousClock.now
    private let descriptor: Int32
    private let picture: Mutex<Picture>

    /// At most ten times a second, and of thousands of cells so much more seldom that it takes a twentieth of the time.
    private static let pace = Duration.milliseconds(100)
    private static let mostShare = 20
    /// How often it is looked whether there is something to paint.
    private static let interval = Duration.milliseconds(250)
    /// Lines kept while the terminal takes none.
    private static let mostNews = 1000

    /// - Parameters:
    ///   - cells: all that will run.
    ///   - descriptor: of the terminal.
    init(_ cells: [DisplayCell], on descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
        picture = Mutex(Picture(state: DisplayState(cells)))
        Terminal.interposed.withLock { $0 = { [weak self] in self?.print($0) ?? false } }
    }

    // MARK: What is told

    func show(_ event: RunEvent) {
        let time = ContinuousClock.now - began
        picture.withLock { picture in
            picture.state.apply(event, at: time / .seconds(1))
            picture.isDirty = true
            // Whoever looked at the guest has done so when the cell goes on.
            if let held = picture.held, event.cell == held { picture.held = nil }
            if case .kept(let cell, _) = event { picture.held = cell }
            if event.isLasting, let words = EventPrinter.words(of: event) { add(words.stamped(time), to: &picture) }
            paint(&picture)
        }
    }

    func resume(_ cells: [CellRecord]) {
        picture.withLock { picture in
            for cell in cells where cell.isComplete == true { picture.state.apply(.cellEnded(cell), at: 0) }
        }
    }

    func expect(_ seconds: () -> [String: Double]) {
        let seconds = seconds()
        picture.withLock { $0.state.expect(seconds) }
    }

    /// Prints a line above the picture.
    ///
    /// - Returns: false if there is no picture any more.
    private func print(_ line: String) -> Bool {
        picture.withLock { picture in
            guard !picture.isEnded else { return false }
            add(line, to: &picture)
            paint(&picture)
            return true
        }
    }

    private func add(_ line: String, to picture: inout Picture) {
        guard picture.news.count < Self.mostNews else {
            picture.dropped += 1
            return
        }
        picture.news.append(Terminal.visible(line))
    }

    // MARK: The course of things

    func tick() async {
        let suspension = suspension()
        defer {
            suspension.cancel()
            signal(SIGTSTP, SIG_DFL)
        }
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            picture.withLock { picture in
                let isOld = picture.paintedAt.map { ContinuousClock.now - $0 >= .seconds(1) } ?? true
                if picture.isDirty || isOld || picture.size != TerminalSize(of: descriptor) { paint(&picture) }
            }
        }
    }

    func end() {
        Terminal.interposed.withLock { $0 = nil }
        picture.withLock { picture in
            guard !picture.isEnded else { return }
            picture.isEnded = true
            write(erasure(&picture) + news(&picture))
        }
    }

    /// Ctrl-Z: the shell gets an empty line to write on, and the picture a new place when it goes on.
    private func suspension() -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(signal: SIGTSTP, queue: .global())
        source.setEventHandler { [self] in
            picture.withLock { picture in
                write(erasure(&picture))
                // Nobody paints meanwhile: the lock is held.
                kill(getpid(), SIGSTOP)
                picture.isDirty = true
            }
        }
        source.resume()
        return source
    }

    // MARK: Painting

    /// Paints if it is time, and the terminal is ours and takes something: whoever stopped it with Ctrl-S must not
    /// stop the guests.
    private func paint(_ picture: inout Picture) {
        let now = ContinuousClock.now
        if let last = picture.paintedAt, now - last < max(Self.pace, picture.cost * Self.mostShare) { return }
        guard !picture.isEnded, isReady else { return }
        let size = TerminalSize(of: descriptor)
        var text = erasure(&picture, at: size, isWhole: !picture.news.isEmpty || picture.held != nil)
        text += news(&picture)
        if picture.held == nil, isForeground {
            let frame = DisplayFrame(
                picture.state, at: (now - began) / .seconds(1), width: size.columns, height: size.lines)
            // Without wrapping, a character that is wider than we think spoils no more than its line.
            text += "\u{1b}[?7l" + frame.lines.map { $0.styled + "\u{1b}[K\n" }.joined() + "\u{1b}[?7h"
            picture.painted = frame.lines.map(\.width)
        }
        // All at once (synchronized output, mode 2026), where the terminal knows how.
        write("\u{1b}[?2026h" + text + "\u{1b}[J\u{1b}[?2026l")
        (picture.isDirty, picture.paintedAt, picture.size) = (false, now, size)
        picture.cost = ContinuousClock.now - now
    }

    /// Moves the cursor to where the picture begins, and forgets the picture.
    ///
    /// - Parameters:
    ///   - size: of the terminal now; nil asks it.
    ///   - isWhole: clear everything below, too.
    private func erasure(_ picture: inout Picture, at size: TerminalSize? = nil, isWhole: Bool = true) -> String {
        let size = size ?? TerminalSize(of: descriptor)
        // Terminals that became narrower have broken its lines.
        let lines = picture.painted.reduce(0) { $0 + max(1, ($1 + size.columns - 1) / size.columns) }
        picture.painted = []
        let up = min(lines, size.lines - 1)
        return (up > 0 ? "\r\u{1b}[\(up)A" : "") + (isWhole && lines > 0 ? "\u{1b}[J" : "")
    }

    private func news(_ picture: inout Picture) -> String {
        var news = picture.news
        if picture.dropped > 0 { news.append("… \(picture.dropped) lines left out: the record has them") }
        (picture.news, picture.dropped) = ([], 0)
        return news.map { $0 + "\n" }.joined()
    }

    /// In the background a picture would be in the way of the shell's words. A terminal that controls nobody of ours
    /// (-1) has no background.
    private var isForeground: Bool { [-1, getpgrp()].contains(tcgetpgrp(descriptor)) }

    private var isReady: Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return Foundation.poll(&poll, 1, 0) == 1 && poll.revents & Int16(POLLOUT) != 0
    }

    private func write(_ text: String) { _ = Terminal.write(text, to: descriptor) }
}
