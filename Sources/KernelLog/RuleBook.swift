/// All rules, found by how a message begins.
///
/// The reader asks for every line of the log, so the first question ("could this be a
/// headline at all?") is one look into a table of 4096 bits, by the first two bytes.
struct RuleBook: Sendable {
    static let shared = RuleBook()

    let rules: [Rule]
    /// Which hashes of two first bytes any rule or lead-in begins with. One byte each, for speed.
    let filter: [UInt8]
    /// The rules by the hash of their first two bytes, in the order of the tables.
    private let buckets: [[Int]]

    static let filterSize = 4096

    /// The index into ``filter`` for a message that begins with these bytes.
    @inline(__always)
    static func hash(_ a: UInt8, _ b: UInt8) -> Int {
        (Int(a) &* 37 &+ Int(b)) & (filterSize - 1)
    }

    private init() {
        // Warnings of lockdep are named by their text, all others by their place; unknown ones come last.
        rules =
            Rule.sanitizers + Rule.faults + Rule.bugs + Rule.stalls + Rule.warnings + Rule.locking + Rule.unknown
            + Rule.unknownBugs + Rule.notices
        var filter = [UInt8](repeating: 0, count: Self.filterSize)
        var buckets = [[Int]](repeating: [], count: Self.filterSize)
        for (index, rule) in rules.enumerated() {
            let lead = rule.headline.leadingBytes
            precondition(lead.count >= 2, "a headline begins with at least two known bytes")
            let hash = Self.hash(lead[0], lead[1])
            filter[hash] = 1
            buckets[hash].append(index)
        }
        for lead in LeadIn.all + Milestone.texts + ReportStart.rulers {
            let view = ByteView(lead)
            filter[Self.hash(view[0], view[1])] = 1
        }
        self.filter = filter
        self.buckets = buckets
    }

    /// The rules whose headline fits a message, in order. Messages are looked at up to
    /// ``headlineLimit`` bytes, so that no pattern can be made to search for long.
    func match(_ message: ByteView) -> [Int] {
        guard message.count >= 2 else { return [] }
        let text = message.slice(0, min(message.count, Self.headlineLimit))
        var found: [Int] = []
        for index in buckets[Self.hash(text[0], text[1])] where rules[index].headline.matches(text) {
            if rules[index].action == .ignore { return [] }
            found.append(index)
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
