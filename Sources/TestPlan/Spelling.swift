/// The candidate that `word` was probably meant to be, or nil if none is near.
///
/// Near means a Damerau–Levenshtein distance (insertions, deletions, substitutions and swaps of neighbours, without
/// regard to case) of at most a third of the longer word, and at least one. Of equally near candidates the first wins.
/// Words of more than 64 characters have no nearest spelling, which bounds the work on hostile input.
public func nearestSpelling(of word: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased().unicodeScalars.prefix(65))
    guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
        let scalars = Array(candidate.lowercased().unicodeScalars.prefix(65))
        guard !scalars.isEmpty, scalars.count <= 64 else { continue }
        let distance = editDistance(wanted, scalars)
        guard distance <= max(1, max(wanted.count, scalars.count) / 3) else { continue }
        // One letter for another single letter is no misspelling.
        guard distance < max(wanted.count, scalars.count) else { continue }
        if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.candidate
}

/// `did you mean 'x'?` for the nearest candidate, else the candidates themselves when they are few enough to print.
func spellingAdvice(for word: String, among candidates: [String]) -> String? {
    if let nearest = nearestSpelling(of: word, among: candidates) { return "did you mean '\(nearest)'?" }
    guard !candidates.isEmpty, candidates.count <= 16 else { return nil }
    return "use \(alternatives(candidates))"
}

/// `a`, `a or b`, `a, b or c`.
func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}

/// The optimal string alignment distance: Damerau–Levenshtein in which no part is edited twice.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in 1...left.count {
        var current = [row]
        for column in 1...right.count {
            let substitution = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
            var cost = min(previous[column] + 1, current[column - 1] + 1, substitution)
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                cost = min(cost, beforePrevious[column - 2] + 1)
            }
            current.append(cost)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count]
}
