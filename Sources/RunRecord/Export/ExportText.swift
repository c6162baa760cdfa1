/// Words of guests on their way into documents of others: nothing in them may mean anything there.
enum ExportText {
    /// Longest text taken over, in characters: titles and reasons are far shorter.
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

    /// Visible and on one line, cut at ``longest``.
    static func line(_ text: some StringProtocol) -> String {
        let line = visible(text.prefix(longest)).map { $0.isNewline || $0 == "\t" ? " " : $0 }
        return String(line) + (text.dropFirst(longest).isEmpty ? "" : "…")
    }

    /// For the text or a quoted attribute of XML or HTML.
    static func markup(_ text: some StringProtocol) -> String {
        visible(text).reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
    }

    /// For XML's attributes, in which a line feed would become a space.
    static func attribute(_ text: some StringProtocol) -> String {
        markup(text).replacing("\n", with: "&#10;").replacing("\t", with: "&#9;")
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
