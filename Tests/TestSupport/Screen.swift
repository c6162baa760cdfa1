/// What stands on a terminal after it got some text: the few commands of ECMA-48 that we use, for tests.
public struct Screen: Sendable {
    /// Everything ever written, a row a line: what scrolled away, and what is on the screen.
    private var rows: [[Character]] = [[]]
    private var row = 0
    private var column = 0
    private let width: Int
    private let height: Int
    private var wraps = true

    /// True while the cursor is to be seen.
    public private(set) var showsCursor = true
    /// Commands that this terminal does not know.
    public private(set) var unknown: [String] = []
    /// How often the cursor was sent up.
    public private(set) var movesUp = 0

    /// An empty terminal.
    public init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
    }

    /// Without the blanks at the ends of lines and the empty lines at the end.
    public var text: String {
        var lines = rows.map { line in
            String(line).replacing(/[ ]+$/, with: "")
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    /// True if lines are broken at the right edge and the cursor is in the first column.
    public var isTidy: Bool { wraps && showsCursor && column == 0 }

    /// Writes text.
    public mutating func feed(_ text: String) {
        var scalars = Substring(text).unicodeScalars
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\r": column = 0
            case "\n": newLine()
            case "\u{1b}":
                guard scalars.popFirst() == "[" else { continue }
                var parameters = ""
                while let next = scalars.popFirst() {
                    if (0x40...0x7e).contains(next.value) {
                        obey(next, parameters)
                        break
                    }
                    parameters.unicodeScalars.append(next)
                }
            default: put(Character(scalar))
            }
        }
    }

    private mutating func obey(_ command: Unicode.Scalar, _ parameters: String) {
        switch (command, parameters) {
        case ("A", _):
            // The first row that is still on the screen is the last to be reached.
            row = max(rows.count - height, row - (Int(parameters) ?? 1), 0)
            movesUp += 1
        case ("K", ""): cut(row, from: column)
        case ("J", ""):
            cut(row, from: column)
            rows.removeSubrange((row + 1)...)
        case ("m", _), (_, "?2026"): break
        case ("h", "?7"), ("l", "?7"): wraps = command == "h"
        case ("h", "?25"), ("l", "?25"): showsCursor = command == "h"
        default: unknown.append("\(parameters)\(command)")
        }
    }

    private mutating func cut(_ row: Int, from column: Int) {
        rows[row].removeSubrange(min(column, rows[row].count)...)
    }

    private mutating func newLine() {
        row += 1
        if row == rows.count { rows.append([]) }
    }

    private mutating func put(_ character: Character) {
        if column >= width {
            guard wraps else { return }
            column = 0
            newLine()
        }
        while rows[row].count <= column { rows[row].append(" ") }
        rows[row][column] = character
        column += 1
    }
}
