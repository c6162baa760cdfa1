import SystemPackage

/// Where the kernel was built, which its debug information has before every path.
struct SourceTree: Sendable {
    /// With a slash at the end; empty if unknown.
    let prefix: String

    /// - Parameter place: of the function `kernel_init`, which every kernel has in init/main.c.
    init(kernelInit place: String?) {
        guard let place, let path = Self.split(place)?.path, path.hasSuffix("init/main.c") else {
            prefix = ""
            return
        }
        prefix = String(path.dropLast("init/main.c".count))
    }

    /// `path:line` below the top of the tree; paths elsewhere stay as they are.
    func relative(_ place: String) -> String {
        guard let (path, line) = Self.split(place) else { return place }
        if path.hasPrefix(prefix) { return path.dropFirst(prefix.count) + ":" + line }
        // Assemblers do not know the compiler's -fdebug-prefix-map, so their paths begin otherwise.
        if path.hasSuffix(".S"), let arch = path.firstRange(of: "/arch/") {
            return path[arch.lowerBound...].dropFirst() + ":" + line
        }
        return path + ":" + line
    }

    /// The path without `.` and `..`, and the line.
    private static func split(_ place: String) -> (path: String, line: String)? {
        guard let colon = place.lastIndex(of: ":") else { return nil }
        let path = FilePath(String(place[..<colon])).lexicallyNormalized().string
        return (path, String(place[place.index(after: colon)...]))
    }
}
