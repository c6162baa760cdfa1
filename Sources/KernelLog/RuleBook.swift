/// All rules, found by how a message begins.
///
/// The reader asks for every line of the log, so the first question ("could this be a
/// headline at all?") is one look into a small table (``HeadlineFilter``).
struct RuleBook: Sendable {
    static let shared = RuleBook()

    let rules: [Rule]
    let filter: HeadlineFilter
    /// The rules by the hash of their first two bytes, in the order of the tables.
    private let buckets: [[Entry]]

    /// A rule with the first eight bytes of its headline (fewer, masked, if it is shorter), so that
    /// most rules of a bucket are passed over without touching them.
    private struct Entry: Sendable {
        let rule: Int
        let word: UInt64
        let mask: UInt64

        init(rule: Int, lead: [UInt8]) {
            self.rule = rule
            var word: UInt64 = 0
            var mask: UInt64 = 0
            for (index, byte) in lead.prefix(8).enumerated() {
                word |= UInt64(byte) << (8 * UInt64(index))
                mask |= 0xff << (8 * UInt64(index))
            }
            self.word = word
            self.mask = mask
        }
    }

    private init() {
        // Warnings of lockdep are named by their text, all others by their place; unknown ones come last.
        rules =
            Rule.sanitizers + Rule.faults + Rule.bugs + Rule.stalls + Rule.warnings + Rule.locking + Rule.unknown
            + Rule.unknownBugs + Rule.notices
        var filter = HeadlineFilter()
        var buckets = [[Entry]](repeating: [], count: HeadlineFilter.size)
        for (index, rule) in rules.enumerated() {
            let lead = rule.headline.leadingBytes
            filter.insert(lead)
            buckets[HeadlineFilter.hash(lead[0], lead[1])].append(Entry(rule: index, lead: lead))
        }
        for lead in LeadIn.all + Milestone.texts + ReportStart.rulers {
            let view = ByteView(lead)
            filter.insert(Array(UnsafeBufferPointer(start: view.start, count: view.count)))
        }
        self.filter = filter
        self.buckets = buckets
    }

    /// The rules whose headline fits a message, in order. Messages are looked at up to
    /// ``headlineLimit`` bytes, so that no pattern can be made to search for long.
    func match(_ message: ByteView) -> [Int] {
        guard message.count >= 2 else { return [] }
        let text = message.slice(0, min(message.count, Self.headlineLimit))
        var word: UInt64 = 0
        for index in 0..<min(text.count, 8) { word |= UInt64(text[index]) << (8 * UInt64(index)) }
        var found: [Int] = []
        for entry in buckets[HeadlineFilter.hash(text[0], text[1])]
        where word & entry.mask == entry.word && rules[entry.rule].headline.matches(text) {
            if rules[entry.rule].action == .ignore { return [] }
            found.append(entry.rule)
        }
        return found
    }

    static let headlineLimit = 400
}
