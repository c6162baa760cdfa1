/// Words as they take place on a terminal.
enum DisplayText {
    /// The columns that a text takes, as most terminals have it.
    static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    /// The text on one line of at most so many columns, with `…` where something was left out.
    static func fitted(_ text: String, _ columns: Int) -> String {
        let line = oneLine(text)
        guard width(line) > columns else { return line }
        guard columns > 0 else { return "" }
        var fitted = ""
        var left = columns - 1
        for character in line {
            left -= width(character)
            guard left >= 0 else { break }
            fitted.append(character)
        }
        return fitted + "…"
    }

    /// The text in exactly so many columns.
    static func filled(_ text: String, _ columns: Int) -> String {
        let fitted = fitted(text, columns)
        return fitted + String(repeating: " ", count: max(0, columns - width(fitted)))
    }

    /// A time span: `41 s`, `3:07`, `1:02:03`.
    static func time(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e9).rounded())
        func two(_ value: Int) -> String { (value < 10 ? "0" : "") + "\(value)" }
        if whole < 100 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60):\(two(whole % 60))" }
        return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
    }

    private static func oneLine(_ text: String) -> String {
        // What does not fit on any terminal need not be looked at.
        String(Terminal.visible(String(text.prefix(1000))).map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }

    private static func width(_ character: Character) -> Int {
        character.unicodeScalars.map(width).max() ?? 0
    }

    /// East Asian wide characters and emoji take two columns (Unicode Standard Annex 11), marks none.
    private static func width(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd,
        ]
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
