/// Files that say which cases of a suite are not run: YAML with reasons, or fstests' own form, a case a line.
public enum ExpungeFile {
    /// The longest name of a case, in bytes.
    static let longestName = 200
    /// The most expunges of one file.
    static let mostExpunges = 10_000

    /// Reads the file at `path`, of at most 1 MiB.
    ///
    /// - Parameter displayName: the name for diagnostics and locations; `path` if nil.
    /// - Throws: ``InvalidFile`` with every problem found.
    public static func read(_ path: String, displayName: String? = nil) throws(InvalidFile) -> [Expunge] {
        let bytes: [UInt8]
        do {
            bytes = try readBoundedFile(path, limit: YAMLLimits().bytes)
        } catch {
            throw InvalidFile(diagnostics: [error])
        }
        return try parse(bytes, file: displayName ?? path)
    }

    /// Parses the bytes of a file called `file` in diagnostics. `.yaml` and `.yml` are YAML; another name leaves it to
    /// the first line that is no comment, which in YAML begins with `-` or `[`.
    ///
    /// - Throws: ``InvalidFile`` with every problem found.
    public static func parse(_ bytes: [UInt8], file: String) throws(InvalidFile) -> [Expunge] {
        let problems = DiagnosticList()
        let expunges: [Expunge]
        if isYAML(bytes, file) {
            expunges = yaml(try LocatedYAML.parse(bytes, file: file), problems)
        } else {
            expunges = classic(bytes, file: file, problems)
        }
        try problems.throwIfAny()
        return expunges
    }

    private static func isYAML(_ bytes: [UInt8], _ file: String) -> Bool {
        if file.hasSuffix(".yaml") || file.hasSuffix(".yml") { return true }
        let lines = bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
        let first = lines.lazy.compactMap { line in line.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } }
            .first { $0 != UInt8(ascii: "#") }
        return first == UInt8(ascii: "-") || first == UInt8(ascii: "[")
    }

    /// What is wrong with the name of a case or the beginning of some, in words that go on from what it is.
    static func flaw(inName text: String) -> (reason: String, advice: String)? {
        let named = text.hasSuffix("*") ? text.dropLast() : text[...]
        guard !text.isEmpty, text.utf8.count <= longestName, !text.contains(where: \.isWhitespace),
            !text.unicodeScalars.contains(where: isControl), !named.contains("*")
        else {
            return ("must be the name of a case, not \(quoted(text))", "write it as generic/208, or generic/* for all")
        }
        if text.allSatisfy({ "0"..."9" ~= $0 }) {
            return ("must be the name of a case, not \(quoted(text))", "did you mean 'generic/\(text)'?")
        }
        return nil
    }
}
