/// What a compiler and modpost complained of, with the places in the plan's own files.
struct CompilerOutput: Hashable {
    /// `FILE:LINE:COLUMN: error: …`, and modpost's errors, which name the module.
    var errors: [String] = []
    /// `FILE:LINE:COLUMN: warning: …`
    var warnings: [String] = []

    /// Lines kept of each kind.
    private static let most = 50

    /// - Parameters:
    ///   - text: what make printed (GCC manual, "Formatting of diagnostic messages").
    ///   - place: where the sources were seen in the build.
    ///   - source: where they lie.
    init(_ text: String, place: String, source: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            // The linker and modpost name no line of ours: `ERROR: modpost: "f" [/build/m.ko] undefined!`
            let words = line.replacing("\(place)/", with: "\(source)/")
            if line.contains(": error:") || line.contains(": fatal error:") || line.hasPrefix("ERROR: ")
                || line.contains(": undefined reference to ")
            {
                if errors.count < Self.most { errors.append(String(words)) }
            } else if line.contains(": warning:") || line.hasPrefix("WARNING: modpost") {
                if warnings.count < Self.most { warnings.append(String(words)) }
            }
        }
    }
}
