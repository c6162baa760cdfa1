#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension PlanParser {
    /// A directory below the plan's own, which is all of the host that a plan may show to a guest or compile.
    func planDirectory(_ node: LocatedNode, _ label: String) -> String? {
        planPath(node, label, isDirectory: true)
    }

    /// A regular file below the plan's own directory.
    func planFile(_ node: LocatedNode, _ label: String) -> String? {
        planPath(node, label, isDirectory: false)
    }

    private func planPath(_ node: LocatedNode, _ label: String, isDirectory: Bool) -> String? {
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
                "\(quoted(full)) cannot be found: \(String(cString: strerror(errno)))",
                isDirectory ? "create the directory" : "create the file")
        }
        guard resolved == root || resolved.hasPrefix(root == "/" ? root : root + "/") else {
            return refuse("\(quoted(full)) leads out of the plan's directory", "replace the symbolic link by a copy")
        }
        var status = stat()
        guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == (isDirectory ? S_IFDIR : S_IFREG) else {
            return isDirectory
                ? refuse("\(quoted(full)) is not a directory", "name the directory around it")
                : refuse("\(quoted(full)) is not a regular file", "name a file to read")
        }
        guard access(resolved, isDirectory ? R_OK | X_OK : R_OK) == 0 else {
            return refuse("\(quoted(full)) is not readable", "check its permissions")
        }
        return resolved
    }

    /// A path of the host that need not be there yet: absolute, `~/…`, or relative to the plan's directory. Nil, and no
    /// problem, for empty text, so that a parameter can leave it out.
    func hostPath(_ node: LocatedNode, _ label: String) -> String? {
        guard let text = node.string(label, problems), !text.isEmpty else { return nil }
        guard text.utf8.count <= 4095, !text.unicodeScalars.contains(where: isControl) else {
            problems.report("\(label) must be a path, not \(quoted(text))", at: node.location)
            return nil
        }
        if text.hasPrefix("/") { return normalised(text) }
        if text == "~" || text.hasPrefix("~/") {
            guard let home = homeDirectory(), home.hasPrefix("/") else {
                problems.report(
                    "\(label): there is no home directory for \(quoted(text))", at: node.location,
                    advice: "write the path out")
                return nil
            }
            return normalised(home + text.dropFirst())
        }
        guard !text.hasPrefix("~") else {
            problems.report(
                "\(label): \(quoted(text)) is another user's", at: node.location, advice: "write the path out")
            return nil
        }
        if directory.hasPrefix("/") { return normalised("\(directory)/\(text)") }
        guard let here = canonicalPath(".") else { return nil }
        return normalised("\(here)/\(directory)/\(text)")
    }

    /// Without `.` and `..`, by the text alone: what does not exist has no links to follow.
    private func normalised(_ path: String) -> String {
        var components: [Substring] = []
        for component in path.split(separator: "/") where component != "." {
            if component == ".." { _ = components.popLast() } else { components.append(component) }
        }
        return "/" + components.joined(separator: "/")
    }
}

/// The user's home: `$HOME`, else what the user database says, as `HostProcess` has it for the command line.
private func homeDirectory() -> String? {
    if let named = getenv("HOME"), named.pointee != 0 { return String(cString: named) }
    return getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) }
}

/// The path without symbolic links and dots, or nil with `errno` set.
func canonicalPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// Bytes of a file, or nil with `errno` set.
func fileSize(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
}
