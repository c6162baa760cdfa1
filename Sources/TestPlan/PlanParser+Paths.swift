extension PlanParser {
    /// An absolute, normalised path in the guest, other than the root.
    func guestPath(_ node: LocatedNode, _ label: String) -> String? {
        guard let path = node.string(label, problems) else { return nil }
        guard let problem = flaw(inPath: path) else { return path }
        problems.report("\(label): \(quoted(path)) \(problem.reason)", at: node.location, advice: problem.advice)
        return nil
    }

    /// `TAG:/PATH`, whose tag is that of a declared share without a directory of its own.
    func shareFile(_ node: LocatedNode, _ label: String, _ guest: GuestRequest) -> ShareFile? {
        guard let text = node.string(label, problems) else { return nil }
        guard let colon = text.firstIndex(of: ":") else {
            problems.report(
                "\(label) must be TAG:/PATH, not \(quoted(text))", at: node.location,
                advice: guest.virtiofs.first.map { "did you mean \(quoted("\($0.tag):/\(text.drop { $0 == "/" })"))?" })
            return nil
        }
        let tag = String(text[..<colon])
        let path = String(text[text.index(after: colon)...])
        guard let share = declared(tag, at: node.location, label, guest) else { return nil }
        if let problem = flaw(inPath: path) {
            problems.report("\(label): \(quoted(path)) \(problem.reason)", at: node.location, advice: problem.advice)
            return nil
        }
        // A plan may not write into its own sources.
        guard share.share == nil else {
            problems.report(
                "\(label): share '\(tag)' is a directory of the plan, which is not written to",
                at: node.location,
                advice: "leave out 'share' in line \(share.location.line), or declare a second virtiofs device"
            )
            return nil
        }
        return ShareFile(tag: tag, path: path)
    }

    func declaredTag(_ node: LocatedNode, _ label: String, _ guest: GuestRequest) -> String? {
        guard let tag = node.string(label, problems) else { return nil }
        return declared(tag, at: node.location, label, guest)?.tag
    }

    private func declared(
        _ tag: String,
        at location: SourceLocation,
        _ label: String,
        _ guest: GuestRequest
    ) -> VirtiofsRequest? {
        if let share = guest.virtiofs.first(where: { $0.tag == tag }) { return share }
        let tags = guest.virtiofs.map(\.tag)
        problems.report(
            "\(label): the guest has no virtiofs device with the tag \(quoted(tag))",
            at: location,
            advice: tags.isEmpty
                ? "declare it under 'devices' in 'guest'" : spellingAdvice(for: tag, among: tags)
        )
        return nil
    }

    /// A list of words without spaces: mount options, module parameters.
    func words(_ node: LocatedNode, _ label: String, without forbidden: Character? = nil) -> [String] {
        guard let items = node.items(label, problems) else { return [] }
        return items.compactMap { item in
            guard let word = item.string("an item of \(label)", problems) else { return nil }
            let isWord =
                !word.isEmpty && !word.hasPrefix("-") && !word.hasPrefix("=")
                && !word.contains { $0.isWhitespace || $0 == forbidden }
                && !word.unicodeScalars.contains(where: isControl)
            guard isWord else {
                problems.report(
                    "an item of \(label) must be one word, not \(quoted(word))",
                    at: item.location,
                    advice: "make it several items, such as [a, b=1]"
                )
                return nil
            }
            return word
        }
    }

    private func flaw(inPath path: String) -> (reason: String, advice: String)? {
        let components = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        if !path.hasPrefix("/") { return ("is not absolute", "begin it with '/'") }
        if path.unicodeScalars.contains(where: isControl) { return ("contains a control character", "remove it") }
        // PATH_MAX of include/uapi/linux/limits.h, which counts the final NUL, and NAME_MAX.
        if path.utf8.count > 4095 || components.contains(where: { $0.utf8.count > 255 }) {
            return ("is longer than Linux allows", "shorten it")
        }
        if components.contains("..") { return ("contains '..'", "write the path out") }
        if path == "/" { return ("is the root directory", "name something below it") }
        if components.contains(where: { $0.isEmpty || $0 == "." }) {
            let normalised = components.filter { !$0.isEmpty && $0 != "." }.joined(separator: "/")
            return ("is not normalised", "did you mean \(quoted("/" + normalised))?")
        }
        return nil
    }
}
