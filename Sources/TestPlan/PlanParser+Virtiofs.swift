extension PlanParser {
    private static let virtiofsKeys = ["tag", "cache", "share", "daemon", "read-only"]

    func virtiofs(_ entry: LocatedNode.Entry) -> VirtiofsRequest? {
        guard let reader = MappingReader(entry.value, of: "virtiofs", keys: Self.virtiofsKeys, problems) else {
            return nil
        }
        let tag = reader.required("tag").flatMap { virtiofsTag($0, reader.label("tag")) }
        let cache = reader.choice("cache", of: VirtiofsRequest.Cache.self) ?? .auto
        let daemon = reader.choice("daemon", of: VirtiofsRequest.Daemon.self) ?? .any
        let readOnly = reader.boolean("read-only") ?? false
        if cache == .metadata, daemon == .c {
            problems.report(
                "the C virtiofsd has no cache mode 'metadata'", at: reader.place(of: "cache"),
                advice: "use 'daemon: rust', or another cache mode")
        }
        let share = reader.node("share").flatMap { planDirectory($0, reader.label("share")) }
        guard let tag else { return nil }
        return VirtiofsRequest(
            tag: tag, cache: cache, share: share, daemon: daemon, readOnly: readOnly, location: entry.location)
    }

    private func virtiofsTag(_ node: LocatedNode, _ label: String) -> String? {
        guard let tag = node.string(label, problems) else { return nil }
        // The device has room for 36 bytes. The characters are those which need no quoting in QEMU's options, in
        // mount(8) and in TAG:/PATH.
        guard 1...VirtiofsRequest.longestTag ~= tag.utf8.count,
            tag.allSatisfy({ isLetterOrDigit($0) || "._-".contains($0) })
        else {
            problems.report(
                "\(label) must be 1 to \(VirtiofsRequest.longestTag) letters, digits, '.', '_' and '-', "
                    + "not \(quoted(tag))",
                at: node.location
            )
            return nil
        }
        return tag
    }
}
