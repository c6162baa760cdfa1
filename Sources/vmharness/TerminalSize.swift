import Foundation

/// How much a terminal shows.
struct TerminalSize: Sendable, Hashable {
    var columns: Int
    var lines: Int

    init(columns: Int, lines: Int) {
        self.columns = columns
        self.lines = lines
    }

    /// Of a terminal, now. One that does not know (0, on a serial line) has 80 columns and 24 lines.
    init(of descriptor: Int32) {
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        columns = isKnown && size.ws_col > 0 ? Int(size.ws_col) : 80
        lines = isKnown && size.ws_row > 0 ? Int(size.ws_row) : 24
    }
}
