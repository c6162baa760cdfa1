internal import Yams

/// Reads YAML files written by others: bounded in every direction, and every value knows its line and column.
///
/// Yams (libyaml) parses; this type refuses what would make the parse or its result unbounded or ambiguous: files over
/// ``YAMLLimits/bytes``, text that is not UTF-8, control characters, anchors and aliases (with which a kilobyte can
/// mean a terabyte), explicit tags, keys which are no scalars or stand twice, and several documents in a file.
public enum LocatedYAML {
    /// Reads and parses the file at `path`.
    ///
    /// - Parameter displayName: the name for diagnostics; `path` if nil.
    /// - Throws: ``InvalidFile`` with at least one diagnostic.
    public static func read(
        _ path: String,
        displayName: String? = nil,
        limits: YAMLLimits = YAMLLimits()
    ) throws(InvalidFile) -> LocatedNode {
        let bytes: [UInt8]
        do {
            bytes = try readBoundedFile(path, limit: limits.bytes)
        } catch {
            throw InvalidFile(diagnostics: [error])
        }
        return try parse(bytes, file: displayName ?? path, limits: limits)
    }

    /// Parses text.
    ///
    /// - Throws: ``InvalidFile`` with at least one diagnostic.
    public static func parse(
        _ text: String,
        file: String,
        limits: YAMLLimits = YAMLLimits()
    ) throws(InvalidFile) -> LocatedNode {
        try parse(Array(text.utf8), file: file, limits: limits)
    }

    /// Parses the bytes of a file called `file` in diagnostics.
    ///
    /// - Throws: ``InvalidFile`` with at least one diagnostic, each with its place in the file.
    public static func parse(
        _ bytes: [UInt8],
        file: String,
        limits: YAMLLimits = YAMLLimits()
    ) throws(InvalidFile) -> LocatedNode {
        do throws(Diagnostic) {
            let text = try checkedText(bytes, file: file, limits: limits)
            // Aliases are expanded while Yams composes, before anything can be refused. So the anchors are looked for
            // in a text in which nothing can be an alias; without anchors an alias is an error of its own.
            if text.utf8.contains(UInt8(ascii: "&")) {
                do throws(Diagnostic) {
                    _ = try compose(withoutAliases(text), file: file, limits: limits)
                } catch {
                    throw inWordsOfTheOriginal(error, text)
                }
            }
            return try compose(text, file: file, limits: limits)
        } catch {
            throw InvalidFile(diagnostics: [error])
        }
    }

    private static func compose(_ text: String, file: String, limits: YAMLLimits) throws(Diagnostic) -> LocatedNode {
        // The encoding is given because Yams' default asks the environment, and prints on standard output if set.
        // The basic resolver spares the regular expressions by which YAML guesses types.
        let parser: Parser
        let root: Node?
        do {
            parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            root = try parser.singleRoot()
        } catch {
            throw YAMLSyntax.diagnostic(for: error, text: text, file: file, limits: limits)
        }
        guard let root else {
            throw Diagnostic(
                location: SourceLocation(file: file, line: 1, column: 1),
                message: "the file is empty",
                advice: "write its keys, one a line"
            )
        }
        var composition = YAMLComposition(file: file, limits: limits)
        // Nodes hold their anchors weakly: only the parser keeps them alive.
        return try withExtendedLifetime(parser) { () throws(Diagnostic) in
            try composition.locate(root, depth: 0, parent: nil)
        }
    }

    /// The text with `_` for each `*` which could begin an alias. Every mark stays where it was.
    ///
    /// Where an alias stood, a plain scalar of the same length stands now, and no other token changes its kind. (What
    /// follows an alias can differ only where the alias itself is already followed by a syntax error.)
    private static func withoutAliases(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for index in bytes.indices.dropLast() where bytes[index] == UInt8(ascii: "*") {
            let next = Character(Unicode.Scalar(bytes[index + 1]))
            if next.isASCII, next.isLetter || next.isNumber || next == "_" || next == "-" {
                bytes[index] = UInt8(ascii: "_")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A problem at what was an alias, such as the same key twice, is that of the alias.
    private static func inWordsOfTheOriginal(_ problem: Diagnostic, _ text: String) -> Diagnostic {
        guard let place = problem.location else { return problem }
        let line = YAMLSyntax.lineOfText(place.line, in: text).unicodeScalars
        return line.dropFirst(place.column - 1).first == "*" ? YAMLSyntax.anchorOrAlias(at: place) : problem
    }

    private static func checkedText(
        _ bytes: [UInt8],
        file: String,
        limits: YAMLLimits
    ) throws(Diagnostic) -> String {
        guard bytes.count <= limits.bytes else {
            throw Diagnostic(
                location: SourceLocation(file: file, line: 1, column: 1),
                message: "the file is larger than \(ByteCount(bytes: limits.bytes))",
                advice: "is this the right file?"
            )
        }
        // Editors of other systems begin a file with a byte order mark; it is no character of the text.
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        guard let text = String(validating: content, as: UTF8.self) else {
            throw Diagnostic(
                location: firstInvalidByte(of: content, file: file),
                message: "the file is not UTF-8 text",
                advice: "save it as UTF-8"
            )
        }
        if let index = content.firstIndex(where: { ($0 < 0x20 && !"\t\n\r".utf8.contains($0)) || $0 == 0x7F }) {
            let before = String(decoding: content[..<index], as: UTF8.self)
            let code = String(content[index], radix: 16, uppercase: true)
            throw Diagnostic(
                location: YAMLSyntax.end(of: before, file: file),
                message: "control character U+\(String(repeating: "0", count: 4 - code.count))\(code)",
                advice: "remove it, or write it as an escape in double quotes"
            )
        }
        guard YAMLComplexity.isBounded(content) else {
            throw Diagnostic(
                location: SourceLocation(file: file, line: 1, column: 1),
                message: "the file has too many brackets and values to be read in a reasonable time",
                advice: "make it smaller, or keep large texts in files of their own"
            )
        }
        return text
    }

    private static func firstInvalidByte(of bytes: ArraySlice<UInt8>, file: String) -> SourceLocation {
        // Decoding puts U+FFFD where bytes are invalid: there the two texts part. Its first bytes can equal those of a
        // truncated scalar, hence back to where the scalar begins.
        let repaired = Array(String(decoding: bytes, as: UTF8.self).utf8)
        var same = zip(repaired, bytes).prefix { $0 == $1 }.count
        while same > 0, repaired.indices.contains(same), repaired[same] & 0xC0 == 0x80 { same -= 1 }
        return YAMLSyntax.end(of: String(decoding: bytes.prefix(same), as: UTF8.self), file: file)
    }
}
