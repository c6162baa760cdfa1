/// Words of guests on their way into documents of others: nothing in them may mean anything there.
enum ExportText {
    /// Longest text taken over, in Unicode scalars: titles and reasons are far shorter.
    static let longest = 2000

    /// Without control characters, and without those that make a text read otherwise than it is (bidirectional
    /// overrides, zero-width characters): they stand there as `\u{1b}`. Line feeds and tabs stay.
    static func visible(_ text: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\n" || scalar == "\t" || !isHidden(scalar) {
                result.append(scalar)
            } else {
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            }
        }
        return String(result)
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7f }
        // What XML 1.0 does not allow besides controls.
        if scalar.value & 0xfffe == 0xfffe { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    // By scalars all of it: to whoever reads the document, `<` before a combining mark is a `<` still.

    /// Visible and on one line, cut at ``longest``.
    static func line(_ text: some StringProtocol) -> String {
        let visible = visible(String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest))))
        let line = replacing("\t", in: replacing("\n", in: visible, with: " "), with: " ")
        return line + (text.unicodeScalars.dropFirst(longest).isEmpty ? "" : "…")
    }

    /// With another text in the place of each of a scalar.
    static func replacing(_ scalar: Unicode.Scalar, in text: String, with other: String) -> String {
        guard text.unicodeScalars.contains(scalar) else { return text }
        var result = String.UnicodeScalarView()
        for next in text.unicodeScalars {
            if next == scalar { result.append(contentsOf: other.unicodeScalars) } else { result.append(next) }
        }
        return String(result)
    }

    /// For the text or a quoted attribute of XML or HTML.
    static func markup(_ text: some StringProtocol) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in visible(text).unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// For XML's attributes, in which a line feed would become a space.
    static func attribute(_ text: some StringProtocol) -> String {
        replacing("\t", in: replacing("\n", in: markup(text), with: "&#10;"), with: "&#9;")
    }
}

extension Finding {
    /// In a few lines: title, place in the sources, process, details, stack.
    var evidence: String {
        let location = location.map { " at \($0)" } ?? ""
        let process = comm.map { " (\($0)\(pid.map { ", pid \($0)" } ?? ""))" } ?? ""
        var lines = ["\(title)\(location)\(process)"]
        lines += detail.prefix(20).map { "  \($0)" }
        lines += stack.prefix(30).map { "    \($0)" }
        if let place { lines.append("  \(place.file):\(place.line)") }
        return lines.joined(separator: "\n")
    }
}

extension CellRecord {
    /// The kernel that ran: its package's version or its release; nil if none was started.
    var ranKernel: String? {
        environment.map { $0.kernel.version.isEmpty ? $0.kernel.release : $0.kernel.version }
    }
}
