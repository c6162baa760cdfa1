extension PlanParser {
    static let suiteOptionKeys = ["limit", "shards", "expunges"]
    private static let limits = Duration.seconds(1) ... .seconds(24 * 3600)
    private static let mostExpungeFiles = 16

    /// `suite`: any program that speaks KTAP or TAP.
    func suite(_ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        let command = reader.required("command").flatMap { self.command($0, reader.label("command")) }
        let list = reader.node("list").flatMap { self.command($0, reader.label("list")) }
        let restored = restoredPmem(reader, guest)
        let options = suiteOptions(reader)
        if reader.node("list") == nil {
            // Nothing of the harness's stands between its cases.
            let used = [
                ("limit", reader.node("limit") != nil), ("shards", options.shards > 1),
                ("expunges", !options.expunges.isEmpty), ("restore", reader.node("restore") != nil),
            ]
            for (key, isUsed) in used where isUsed {
                problems.report(
                    "\(reader.subject) has '\(key)' and no 'list'", at: reader.place(of: key),
                    advice: "name a command that prints the cases, so that they can be run one by one")
            }
        }
        guard let command else { return nil }
        return .suite(SuiteRequest(command: command, list: list, restored: restored, options: options))
    }

    /// `kselftest`: the kernel's own selftests.
    func kselftest(_ reader: MappingReader) -> StepAction? {
        let tree = reader.node("tree").flatMap { hostPath($0, reader.label("tree")) }
        let collections = distinct("collections", reader, "must be a collection such as timers") { name in
            name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isCaseWord)
        }
        func isCase(_ name: String) -> Bool {
            let parts = name.split(separator: ":", omittingEmptySubsequences: false)
            return parts.count == 2 && isCaseWord(parts[1])
                && parts[0].split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isCaseWord)
        }
        let rule = "must be COLLECTION:TEST, such as timers:posix_timers"
        let tests = distinct("tests", reader, rule, isCase)
        let excluded = distinct("exclude", reader, rule, isCase)
        refuseExcluded(tests, excluded, reader)
        if tree == nil, reader.node("collections") == nil, tests.isEmpty {
            problems.report(
                "\(reader.subject) has neither 'collections' nor 'tests' nor a 'tree'", at: reader.location,
                advice: "name collections to build, such as [timers]")
        }
        let options = suiteOptions(reader)
        return .kselftest(
            KselftestRequest(
                tree: tree, collections: collections, tests: tests, excludedTests: excluded, options: options))
    }

    /// What every suite takes.
    func suiteOptions(_ reader: MappingReader) -> SuiteOptions {
        var options = SuiteOptions()
        if let node = reader.node("limit"),
            let limit = MappingReader(
                node, of: "'limit' of \(reader.subject)", keys: ["first", "floor", "factor"], problems)
        {
            if let first = limit.duration("first", in: Self.limits) { options.limits.first = first }
            if let floor = limit.duration("floor", in: Self.limits) { options.limits.floor = floor }
            if let factor = limit.integer("factor", in: 2...100) { options.limits.factor = factor }
        }
        if let shards = reader.integer("shards", in: 1...64) { options.shards = shards }
        if let node = reader.node("expunges") { options.expunges = expunges(node, reader.label("expunges")) }
        return options
    }

    private func expunges(_ node: LocatedNode, _ label: String) -> [Expunge] {
        guard let items = node.items(label, problems) else { return [] }
        guard items.count <= Self.mostExpungeFiles else {
            problems.report("\(label) has more than \(Self.mostExpungeFiles) files", at: node.location)
            return []
        }
        return items.flatMap { item -> [Expunge] in
            let label = "an item of \(label)"
            guard let path = planFile(item, label), let name = item.string(label, problems) else { return [] }
            do throws(InvalidFile) {
                return try ExpungeFile.read(path, displayName: "\(directory)/\(name)")
            } catch {
                for problem in error.diagnostics { problems.report(problem) }
                return []
            }
        }
    }

    // MARK: Names

    /// A list of texts that each follow a rule and stand there once.
    func distinct(_ key: String, _ reader: MappingReader, _ rule: String, _ isValid: (String) -> Bool) -> [String] {
        guard let items = reader.node(key)?.items(reader.label(key), problems) else { return [] }
        let label = "an item of \(reader.label(key))"
        var seen: Set<String> = []
        return items.compactMap { item in
            guard let text = item.string(label, problems) else { return nil }
            guard isValid(text), text.utf8.count <= ExpungeFile.longestName else {
                problems.report("\(label) \(rule), not \(quoted(text))", at: item.location)
                return nil
            }
            guard seen.insert(text).inserted else {
                problems.report("\(reader.label(key)) has \(quoted(text)) twice", at: item.location)
                return nil
            }
            return text
        }
    }

    /// A test that is named and excluded is a mistake, whichever was meant.
    func refuseExcluded(_ names: [String], _ excluded: [String], _ reader: MappingReader) {
        for name in excluded where names.contains(name) {
            problems.report(
                "\(reader.subject) both names and excludes \(quoted(name))", at: reader.place(of: "exclude"),
                advice: "keep one of them")
        }
    }

    /// Letters, digits, `.`, `_`, `+` and `-`, and no dot or hyphen in front.
    func isCaseWord(_ word: Substring) -> Bool {
        guard let first = word.first, isLetterOrDigit(first) || first == "_" else { return false }
        return word.allSatisfy { isLetterOrDigit($0) || "._+-".contains($0) }
    }
}
