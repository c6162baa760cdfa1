#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

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

    /// A directory below the plan's own, which is all of the host that a plan may show to a guest or compile.
    func planDirectory(_ node: LocatedNode, _ label: String) -> String? {
        guard let path = node.string(label, problems) else { return nil }
        func refuse(_ reason: String, _ advice: String) -> String? {
            problems.report("\(label): \(reason)", at: node.location, advice: advice)
            return nil
        }
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty, !path.hasPrefix("/"), !components.contains(".."),
            !path.unicodeScalars.contains(where: isControl)
        else {
            return refuse(
                "\(quoted(path)) is not a path below the plan",
                "write it relative to the plan's directory, without '..'")
        }
        let full = "\(directory)/\(path)"
        guard let root = canonicalPath(directory), let resolved = canonicalPath(full) else {
            return refuse(
                "\(quoted(full)) cannot be found: \(String(cString: strerror(errno)))", "create the directory")
        }
        guard resolved == root || resolved.hasPrefix(root == "/" ? root : root + "/") else {
            return refuse("\(quoted(full)) leads out of the plan's directory", "replace the symbolic link by a copy")
        }
        var status = stat()
        guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            return refuse("\(quoted(full)) is not a directory", "name the directory around it")
        }
        guard access(resolved, R_OK | X_OK) == 0 else {
            return refuse("\(quoted(full)) is not readable", "check its permissions")
        }
        return resolved
    }
}

/// The path without symbolic links and dots, or nil with `errno` set.
func canonicalPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}
