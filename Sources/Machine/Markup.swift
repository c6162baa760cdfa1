/// An XML element, written with everything escaped that has to be.
struct Markup: Sendable, CustomStringConvertible {
    private let name: String
    private let attributes: KeyValuePairs<String, String>
    private let text: String?
    private let children: [Markup]

    /// An element with others in it.
    init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [Markup] = []) {
        self.name = name
        self.attributes = attributes
        self.children = children
        text = nil
    }

    /// An element with text in it.
    init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String) {
        self.name = name
        self.attributes = attributes
        self.text = text
        children = []
    }

    /// The element on lines of its own, each ending in a newline.
    var description: String { lines(indent: "") }

    private func lines(indent: String) -> String {
        let head = "\(indent)<\(name)" + attributes.map { " \($0.key)='\(Self.escaped($0.value))'" }.joined()
        if let text { return "\(head)>\(Self.escaped(text))</\(name)>\n" }
        guard !children.isEmpty else { return "\(head)/>\n" }
        return "\(head)>\n" + children.map { $0.lines(indent: indent + "  ") }.joined() + "\(indent)</\(name)>\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&apos;"
            case "\"": result += "&quot;"
            // A parser makes spaces of these in an attribute.
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
