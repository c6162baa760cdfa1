/// A word of the guest's shell.
public enum GuestWord {
    /// The word in single quotes, safe whatever it holds.
    public static func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }

    /// Several words, each quoted.
    public static func quoted(_ words: [String]) -> String {
        words.map(quoted).joined(separator: " ")
    }
}
