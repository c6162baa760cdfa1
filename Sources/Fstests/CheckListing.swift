/// What `check -n` prints: the cases that it would run, in its order.
public struct CheckListing: Sendable, Hashable {
    /// Cases at most; fstests has some 2,500.
    static let mostCases = 20_000

    /// The names, in the order in which they run.
    public private(set) var cases: [String] = []
    /// Those of the request that are left out by name, as `[expunged]`.
    public private(set) var expunged: [String] = []
    /// Names that the tree does not have.
    public private(set) var unknown: [String] = []
    /// Why `check` could not list them, and groups that it does not know.
    public private(set) var errors: [String] = []
    /// Lines that are none of these, at most a hundred.
    public private(set) var others: [String] = []

    /// - Parameter output: the standard output of `check -n`, whole.
    public init(_ output: String) {
        var reader = CheckOutput()
        // On a listing's line the name stands alone, which in a run would be a failure without words.
        for event in reader.read(output.utf8) + reader.finish() {
            switch event {
            case .ended(let ended): take(ended)
            case .setupError(let line): errors.append(line)
            case .unknown(let line): if others.count < 100 { others.append(line) }
            case .section, .setting, .began, .aggregate, .summary: break
            }
        }
    }

    private mutating func take(_ ended: CheckedCase) {
        guard cases.count + expunged.count + unknown.count < Self.mostCases else {
            if errors.last != Self.tooMany { errors.append(Self.tooMany) }
            return
        }
        switch ended.status {
        case .expunged: expunged.append(ended.name)
        case .missing: unknown.append(ended.name)
        case .pass, .fail, .notRun: cases.append(ended.name)
        }
        errors += ended.others.filter { $0.contains("not defined?") }
        others += ended.others.filter { !$0.contains("not defined?") }.prefix(max(0, 100 - others.count))
    }

    private static let tooMany = "check listed more than \(mostCases) cases"
}
