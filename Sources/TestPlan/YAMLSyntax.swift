internal import Yams

/// Turns libyaml's messages into ours, which say what to do.
enum YAMLSyntax {
    static func diagnostic(for error: any Error, text: String, file: String, limits: YAMLLimits) -> Diagnostic {
        guard let error = error as? YamlError else {
            return Diagnostic(
                location: SourceLocation(file: file, line: 1, column: 1), message: "YAML syntax: \(error)", advice: nil)
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return syntaxError(problem, context: context?.text, mark: mark, text: text, file: file, limits: limits)
        case .duplicatedKeysInMapping(let keys, let context):
            return Diagnostic(
                location: SourceLocation(file: file, line: context.mark.line, column: context.mark.column),
                message: "key \(quoted(keys.first ?? "")) stands twice in the same mapping",
                advice: "keep one of them"
            )
        case .reader(_, let offset, let value, _):
            let before = String(text.prefix(max(0, offset ?? 0)))
            let code = value >= 0 ? " U+\(String(value, radix: 16, uppercase: true))" : ""
            return Diagnostic(
                location: end(of: before, file: file),
                message: "character\(code) is not allowed in YAML",
                advice: "remove it, or write it as an escape in double quotes"
            )
        default:
            return Diagnostic(
                location: SourceLocation(file: file, line: 1, column: 1), message: "YAML syntax: \(error)", advice: nil)
        }
    }

    private static func syntaxError(
        _ problem: String,
        context: String?,
        mark: Mark,
        text: String,
        file: String,
        limits: YAMLLimits
    ) -> Diagnostic {
        // At the end of a file without a final newline libyaml's mark is on a line that does not exist.
        let end = end(of: text, file: file)
        let location =
            mark.line > end.line ? end : SourceLocation(file: file, line: mark.line, column: mark.column)
        let line = Substring(lineOfText(mark.line, in: text))
        let rest = line.unicodeScalars.dropFirst(mark.column - 1)
        switch problem {
        case _ where problem.hasPrefix("found undefined alias"):
            return anchorOrAlias(at: location)
        case _ where problem.hasPrefix("Maximum nesting level"):
            return nestedTooDeep(limits, at: location)
        case _ where problem.contains("another document"):
            return Diagnostic(
                location: location, message: "a second YAML document begins here", advice: "keep one document a file")
        case "found character that cannot start any token" where rest.first == "\t":
            return Diagnostic(
                location: location, message: "a tab stands where YAML wants spaces", advice: "indent with spaces")
        case _ where problem.contains("character that cannot start any token"):
            let character = rest.first.map { quoted(String($0)) } ?? "the end of the file"
            return Diagnostic(
                location: location, message: "text cannot begin with \(character)", advice: "put it in quotes")
        case _ where problem.contains("mapping values are not allowed"):
            return Diagnostic(
                location: location, message: "a ':' stands where no key can",
                advice: "put text with ': ' in quotes, and check the indentation")
        case _ where line.contains("${"):
            return Diagnostic(
                location: location, message: "YAML syntax: \(sentence(problem, context))",
                advice: "within [ ] and { } write a parameter in quotes, as \"${size}\"")
        default:
            return Diagnostic(
                location: location, message: "YAML syntax: \(sentence(problem, context))",
                advice: "check the indentation, the quotes and the brackets around this place")
        }
    }

    static func anchorOrAlias(at location: SourceLocation) -> Diagnostic {
        Diagnostic(
            location: location,
            message: "YAML anchors and aliases are not supported",
            advice: "write the value out, or put text which begins with '&' or '*' in quotes"
        )
    }

    static func nestedTooDeep(_ limits: YAMLLimits, at location: SourceLocation) -> Diagnostic {
        Diagnostic(
            location: location,
            message: "lists and mappings are nested more than \(limits.nesting) deep",
            advice: "make it flatter"
        )
    }

    private static func sentence(_ problem: String, _ context: String?) -> String {
        context.map { "\($0), \(problem)" } ?? problem
    }

    /// The text of a line, from 1, without its end; at most 1000 characters.
    static func lineOfText(_ number: Int, in text: String) -> String {
        // CR, LF and CR LF all end a line in YAML; Character sees the last as one.
        let lines = text.split(maxSplits: number, omittingEmptySubsequences: false) { $0.isNewline }
        guard lines.indices.contains(number - 1) else { return "" }
        return String(lines[number - 1].prefix(1000))
    }

    /// The place just after `text`, as libyaml counts lines and columns.
    static func end(of text: String, file: String) -> SourceLocation {
        var line = 1
        var column = 1
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == "\n" && previous == "\r" {
                // The line was counted at the carriage return.
            } else if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) {
                line += 1
                column = 1
            } else {
                column += 1
            }
            previous = scalar
        }
        return SourceLocation(file: file, line: line, column: column)
    }
}
