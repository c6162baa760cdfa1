/// An item of a matrix's `cells`, as it is written: every combination of what it lists, without what it excludes.
struct MatrixBlock {
    /// A word of the file with its place.
    struct Word: Hashable {
        var text: String
        var location: SourceLocation
    }

    /// A parameter with the values that it takes.
    struct Setting: Hashable {
        var name: String
        var location: SourceLocation
        var values: [Word]
    }

    /// A kernel with its place.
    struct Kernel: Hashable {
        var name: KernelName
        var location: SourceLocation
    }

    /// What is expected of which of its cells: the first that names a cell counts.
    struct Expected: Hashable {
        enum What: Hashable {
            case calibration
            case outcome(Matrix.Expectation.Outcome, finding: String?)
        }
        var pattern: MatrixPattern
        var what: What
    }

    var location: SourceLocation
    /// Names, paths, patterns of names.
    var plans: [Word]
    /// Nil for those of the plan's calibration.
    var kernels: [Kernel]?
    /// `none` for the kernel as it is.
    var mutations: [Word]
    var parameters: [Setting]
    /// Nil for one that is nobody's.
    var backends: [GuestRequest.Backend]?
    var repetitions: Int
    var exclude: [MatrixPattern]
    var expect: [Expected]
    /// Further cells, which nothing excludes.
    var include: [MatrixBlock]
}

/// Which cells an exclusion or an expectation is about: all that agree with everything it names.
struct MatrixPattern: Hashable {
    /// What it names, by key; each of these texts will do.
    var plans: [MatrixBlock.Word] = []
    var kernels: [MatrixBlock.Word] = []
    var mutations: [MatrixBlock.Word] = []
    var backends: [MatrixBlock.Word] = []
    var parameters: [MatrixBlock.Setting] = []
    var location: SourceLocation

    /// Whether it is about a cell.
    func matches(_ cell: Matrix.Cell) -> Bool {
        func agree(_ words: [MatrixBlock.Word], _ text: String) -> Bool {
            words.isEmpty || words.contains { Self.matches($0.text, text) }
        }
        return agree(plans, cell.plan.name) && agree(kernels, "\(cell.kernel)")
            && agree(mutations, cell.mutation?.name ?? "none")
            && (backends.isEmpty || cell.backend.map { agree(backends, $0.rawValue) } ?? false)
            && parameters.allSatisfy { setting in
                cell.plan.values[setting.name].map { agree(setting.values, $0) } ?? false
            }
    }

    /// Whether a text is a pattern's, in which each `*` stands for any characters.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return pattern == text }
        var rest = text[...]
        guard rest.hasPrefix(parts[0]) else { return false }
        rest = rest.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.count >= parts.last!.count && rest.hasSuffix(parts.last!)
    }
}
