import ArgumentParser

/// A word that the shell may put in the place of what was typed.
struct Completion: Sendable, Hashable {
    let word: String
    /// What it is, where the shell shows that.
    let summary: String?

    init(_ word: String, _ summary: String? = nil) {
        self.word = word
        self.summary = summary
    }

    /// In the form that the shell's script takes; nil for words that no shell takes whole.
    func text(for shell: CompletionShell?) -> String? {
        guard !word.isEmpty, !word.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) else {
            return nil
        }
        let summary = self.summary.map { DisplayText.fitted($0, 100) }
        switch shell {
        // `compgen -W` expands what it gets, and a directory may be called `$(reboot)`.
        case .bash: return word.contains { !Self.isPlain($0) } ? Self.quoted(word) : word
        // `_describe` takes what stands behind a colon for a description.
        case .zsh:
            let escaped = word.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
            return escaped + (summary.map { ":\($0)" } ?? "")
        case .fish: return word + (summary.map { "\t\($0)" } ?? "")
        default: return word
        }
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber) || "._+-/:=,@%".contains(character)
    }

    private static func quoted(_ word: String) -> String {
        "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
