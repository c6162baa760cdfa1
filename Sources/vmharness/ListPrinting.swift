import Foundation

/// Prints a list as a table, or as JSON.
///
/// - Throws: `EncodingError`.
func printList<Element: Encodable>(
    _ elements: [Element], json: Bool, header: [String], row: (Element) -> [String]
) throws {
    if json { return try printJSON(elements) }
    let rows = [header] + elements.map(row)
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
        var line = zip(row, widths).map { $0.padded($1) }.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        Terminal.output(Terminal.visible(line))
    }
}

/// Prints a value as the one JSON document on standard output, with times as `run.json` has them.
///
/// - Throws: `EncodingError`.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    Terminal.output(String(decoding: try encoder.encode(value), as: UTF8.self))
}
