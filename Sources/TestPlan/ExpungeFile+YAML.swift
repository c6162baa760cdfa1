extension ExpungeFile {
    private static let keys = ["test", "reason", "since", "until", "filesystems", "link", "expires"]

    /// A list of mappings: `- {test: generic/208, reason: …}`.
    static func yaml(_ root: LocatedNode, _ problems: DiagnosticList) -> [Expunge] {
        guard let items = root.items("the file", problems) else { return [] }
        return items.compactMap { item in
            guard let reader = MappingReader(item, of: "an expunge", keys: keys, problems) else { return nil }
            let test = reader.required("test").flatMap { name($0, reader.label("test"), problems) }
            let reason = reader.required("reason").flatMap { line($0, reader.label("reason"), longest: 500, problems) }
            let link = reader.node("link").flatMap { self.link($0, reader.label("link"), problems) }
            let expires = reader.node("expires").flatMap { day($0, reader.label("expires"), problems) }
            let since = bound("since", reader)
            let until = bound("until", reader)
            if let since, let until, let first = KernelVersion(bound: since), let last = KernelVersion(bound: until),
                !first.isUpTo(last)
            {
                problems.report(
                    "'since' is newer than 'until' in an expunge", at: reader.place(of: "since"), advice: "swap them")
            }
            guard let test, let reason else { return nil }
            return Expunge(
                test: test, reason: reason, since: since, until: until, filesystems: filesystems(reader),
                link: link, expires: expires, location: item.location)
        }
    }

    private static func name(_ node: LocatedNode, _ label: String, _ problems: DiagnosticList) -> String? {
        guard let text = node.string(label, problems) else { return nil }
        if let flaw = flaw(inName: text) {
            problems.report("\(label) \(flaw.reason)", at: node.location, advice: flaw.advice)
            return nil
        }
        return text
    }

    static func line(
        _ node: LocatedNode, _ label: String, longest: Int, _ problems: DiagnosticList
    ) -> String? {
        guard let text = node.string(label, problems) else { return nil }
        // A folded text of several lines ends with a line feed.
        let line = text.last?.isNewline == true ? String(text.dropLast()) : text
        guard !line.isEmpty, line.count <= longest, !line.unicodeScalars.contains(where: isControl) else {
            problems.report(
                "\(label) must be one line of 1 to \(longest) characters, not \(quoted(text))", at: node.location)
            return nil
        }
        return line
    }

    static func link(_ node: LocatedNode, _ label: String, _ problems: DiagnosticList) -> String? {
        guard let text = line(node, label, longest: 500, problems) else { return nil }
        guard text.hasPrefix("https://") || text.hasPrefix("http://"), !text.contains(where: \.isWhitespace) else {
            problems.report(
                "\(label) must be the address of a page, not \(quoted(text))", at: node.location,
                advice: "begin it with https://")
            return nil
        }
        return text
    }

    private static func bound(_ key: String, _ reader: MappingReader) -> String? {
        guard let node = reader.node(key), let text = node.string(reader.label(key), reader.problems) else {
            return nil
        }
        guard KernelVersion(bound: text) != nil else {
            reader.problems.report(
                "\(reader.label(key)) must be a kernel series or release, not \(quoted(text))", at: node.location,
                advice: "write it as 6.1 or 6.1.90")
            return nil
        }
        return text
    }

    private static func filesystems(_ reader: MappingReader) -> [String] {
        guard let items = reader.node("filesystems")?.items(reader.label("filesystems"), reader.problems) else {
            return []
        }
        return items.compactMap { item in
            item.choice(
                "an item of \(reader.label("filesystems"))", of: FstestsRequest.Filesystem.self, reader.problems)?
                .rawValue
        }
    }

    static func day(_ node: LocatedNode, _ label: String, _ problems: DiagnosticList) -> String? {
        guard let text = node.string(label, problems) else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isWritten = parts.map(\.count) == [4, 2, 2] && parts.allSatisfy { $0.allSatisfy { "0"..."9" ~= $0 } }
        let numbers = parts.compactMap { Int($0) }
        guard isWritten, numbers.count == 3, 1...12 ~= numbers[1],
            1...days(of: numbers[1], in: numbers[0]) ~= numbers[2]
        else {
            problems.report(
                "\(label) must be a day, not \(quoted(text))", at: node.location, advice: "write it as 2027-01-31")
            return nil
        }
        return text
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
