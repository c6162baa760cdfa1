/// `text` in single quotes for a message: control characters escaped, cut after 60 characters.
///
/// What is quoted comes from files of others and goes to terminals and CI pages, so escape sequences must not survive.
func quoted(_ text: String) -> String {
    var result = "'"
    for (index, scalar) in text.unicodeScalars.prefix(61).enumerated() {
        if index == 60 {
            result += "…"
        } else {
            result += isControl(scalar) ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }
    return result + "'"
}

/// Whether the scalar has no place in a line of text: C0 and C1 controls, DEL, line separators and bidirectional
/// overrides (which make a text read otherwise than it is).
func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
}
