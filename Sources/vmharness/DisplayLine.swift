import RunRecord

/// A line of a live display: words, some of them in a style.
struct DisplayLine: Sendable {
    private(set) var spans: [(text: String, style: Terminal.Style?)] = []

    init(_ text: String = "", _ style: Terminal.Style? = nil) { append(text, style) }

    mutating func append(_ text: String, _ style: Terminal.Style? = nil) {
        if !text.isEmpty { spans.append((text, style)) }
    }

    mutating func append(_ line: DisplayLine) { spans += line.spans }

    /// Without styles.
    var plain: String { spans.map(\.text).joined() }

    /// The columns that it takes.
    var width: Int { spans.reduce(0) { $0 + DisplayText.width($1.text) } }

    /// At most so many columns of it.
    func fitted(_ columns: Int) -> DisplayLine {
        guard width > columns else { return self }
        var line = DisplayLine()
        var left = columns
        for span in spans {
            let width = DisplayText.width(span.text)
            // The last column that is left says that something is missing.
            line.append(width < left ? span.text : DisplayText.fitted(span.text + " ", left), span.style)
            left -= width
            if left <= 0 { break }
        }
        return line
    }

    /// Without blanks at its end: terminals that become narrower would break them into lines of their own.
    var trimmed: DisplayLine {
        var line = self
        while let last = line.spans.last {
            let text = last.text.reversed().drop { $0 == " " }.reversed()
            line.spans.removeLast()
            line.append(String(text), last.style)
            if !text.isEmpty { break }
        }
        return line
    }

    /// As a terminal gets it (ECMA-48, SGR).
    var styled: String {
        spans.map { span in span.style.map { "\u{1b}[\($0.rawValue)m\(span.text)\u{1b}[0m" } ?? span.text }.joined()
    }
}
