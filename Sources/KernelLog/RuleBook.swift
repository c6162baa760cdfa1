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

/// What may stand between the prefix of a line and the headline of a report.
enum LeadIn {
    static let all: [StaticString] = [
        "watchdog: ", "NMI watchdog: ", "rcu: ", "Oops: ", "[ ", "traps: ", "CPU ",
        "[0", "[1", "[2", "[3", "[4", "[5", "[6", "[7",
    ]

    /// Where the headline begins.
    static func skip(_ message: ByteView) -> Int {
        var i = 0
        while message.at(i) == .space { i += 1 }
        for _ in 0..<3 {
            let next = step(message, i)
            if next == i { return i }
            i = next
        }
        return i
    }

    private static func step(_ message: ByteView, _ i: Int) -> Int {
        for lead in ["watchdog: ", "NMI watchdog: ", "rcu: ", "traps: "] as [StaticString]
        where message.hasPrefix(lead, at: i) {
            return i + lead.utf8CodeUnitCount
        }
        // `Oops: general protection fault, ...` since 6.10; `Oops: 0000 [#1]` is a headline itself.
        if message.hasPrefix("Oops: ", at: i), message.at(i + 6) >= 0x61 || message.hasPrefix("Oops: ", at: i + 6) {
            return i + 6
        }
        // `[ INFO: ... ]` of old lockdep.
        if message.hasPrefix("[ ", at: i), message.at(i + 2) >= 0x41 && message.at(i + 2) <= 0x5a { return i + 2 }
        // `CPU 3 Unable to handle kernel ...` of mips and loongarch.
        if message.hasPrefix("CPU ", at: i), let cpu = message.decimal(at: i + 4), message.at(cpu.end) == .space,
            message.at(cpu.end + 1) == UInt8(ascii: "U")
        {
            return cpu.end + 1
        }
        return vendorPrefix(message, i) ?? i
    }

    /// `[4:  system_server: 3344] ` as vendor kernels write it.
    private static func vendorPrefix(_ message: ByteView, _ i: Int) -> Int? {
        guard message.at(i) == .bracket, message.at(i + 1).isDigit, message.at(i + 2) == .colon,
            let close = message.firstIndex(of: .closingBracket, from: i), close - i < 40
        else { return nil }
        return message.at(close + 1) == .space ? close + 2 : close + 1
    }
}

/// Lines that begin the text of a report before its headline.
enum ReportStart {
    static let rulers: [StaticString] = ["------------[ cut here", "=================="]

    static func isOne(_ message: ByteView) -> Bool {
        rulers.contains { message.hasPrefix($0) }
    }
}
