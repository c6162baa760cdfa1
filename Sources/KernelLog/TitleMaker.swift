/// Titles a report by the first of its rules that all of the text agrees with.
enum TitleMaker {
    struct Title {
        var text: String
        var kind: KernelReport.Kind
        var function: String?
        var isDamaged: Bool
        var needsTrace: Bool
        /// What the holes of the headline took.
        var facts: [Pattern.Hole: String]
    }

    static func make(rules: [Int], text: ReportText.Reader) -> Title {
        let book = RuleBook.shared
        // A catch-all does not speak for a headline that a rule knows.
        for index in rules where index == rules[0] || !book.rules[index].isCatchAll {
            if let title = attempt(book.rules[index], text) { return title }
        }
        // The headline is there and what must follow is not: the rest got lost.
        let rule = book.rules[rules[0]]
        return Title(
            text: TitleText.clean(text[0].string), kind: rule.kind, isDamaged: true, needsTrace: rule.needsTrace,
            facts: facts(rule, text[0]))
    }

    private static func facts(_ rule: Rule, _ headline: ByteView) -> [Pattern.Hole: String] {
        let ranges = rule.headline.captures(headline)?.ranges ?? [:]
        return ranges.mapValues { headline.slice($0.start, $0.end).string }
    }

    private static func attempt(_ rule: Rule, _ text: ReportText.Reader) -> Title? {
        let headlineFacts = facts(rule, text[0])
        var all = headlineFacts
        var line = 1
        for detail in rule.details {
            guard let found = find(detail, text, from: &line) else { return nil }
            all.merge(found) { $1 }
        }
        var function = all[.function]
        var isDamaged = rule.isDamage
        if rule.title.contains("{guilty}") {
            let guilty = Guilt.find(rule.blame, headline: headlineFacts[.function], in: text)
            function = guilty.function
            isDamaged = isDamaged || guilty.isDamaged || guilty.function == nil
        } else if rule.title.contains("{word}"), rule.kind != .warning {
            function = all[.word]
        }
        let raw = fill(rule.title, all, guilty: function ?? "corrupted", text: text)
        return Title(
            text: TitleText.clean(raw), kind: rule.kind, function: function, isDamaged: isDamaged,
            needsTrace: rule.needsTrace, facts: headlineFacts)
    }

    private static func find(
        _ detail: Pattern, _ text: ReportText.Reader, from line: inout Int
    ) -> [Pattern.Hole: String]? {
        while line < text.count {
            let message = text[line]
            let isUnreliable = text.lines[line].isUnreliable
            line += 1
            if isUnreliable { continue }
            if let captures = detail.captures(message) {
                return captures.ranges.mapValues { message.slice($0.start, $0.end).string }
            }
        }
        return nil
    }

    private static func fill(
        _ title: String, _ facts: [Pattern.Hole: String], guilty: String, text: ReportText.Reader
    ) -> String {
        var out = ""
        var rest = title[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            out += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            switch name {
            case "guilty": out += guilty
            case "line": out += text[0].string
            case "message": out += text.count > 1 ? text[1].trimmed().string : ""
            default: out += Pattern.Hole(rawValue: name).flatMap { facts[$0] } ?? ""
            }
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }
}
