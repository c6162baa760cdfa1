/// A package as `apt-cache show` prints it (deb-control(5)).
struct AptStanza: Hashable {
    let name: String
    let version: String
    let sha256: String
    /// `amd64`, or `all`.
    let architecture: String
    /// The names in `Depends` and `Pre-Depends`, alternatives left out.
    let dependencies: [String]

    /// `NAME VERSION`, as records and lists have it.
    var label: String { "\(name) \(version)" }

    /// Parses the paragraphs apt printed; one without a name, a version and a
    /// checksum is left out.
    static func parse(_ text: String) -> [AptStanza] {
        text.split(separator: "\n\n").compactMap { paragraph in
            var fields: [Substring: Substring] = [:]
            // Continued lines begin with a blank; none of ours is continued.
            for line in paragraph.split(separator: "\n") where line.first != " " {
                guard let colon = line.firstIndex(of: ":") else { continue }
                fields[line[..<colon]] = line[line.index(after: colon)...].drop { $0 == " " }
            }
            guard let name = fields["Package"], let version = fields["Version"], let sha256 = fields["SHA256"],
                isWord(name), isWord(version), sha256.count == 64, sha256.allSatisfy(\.isHexDigit)
            else { return nil }
            let relations = [fields["Pre-Depends"], fields["Depends"]].compactMap(\.self)
                .flatMap { $0.split(separator: ",") }
            return AptStanza(
                name: String(name), version: String(version), sha256: String(sha256),
                architecture: fields["Architecture"].map(String.init) ?? "amd64",
                dependencies: relations.compactMap { relation in
                    relation.split(separator: " ").first.map(String.init)
                })
        }
    }

    /// Nothing that apt could take for an option or for two words.
    private static func isWord(_ text: Substring) -> Bool {
        text.first?.isASCII == true && text.first != "-"
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.~:_".contains($0)) }
    }
}
