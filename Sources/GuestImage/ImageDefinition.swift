import HostProcess
public import SystemPackage
import TestPlan

/// What an image is made of: `images/NAME.yaml`.
///
/// ```yaml
/// extends: base
/// size: 8GiB
/// packages: [xfsprogs, fio]
/// users: [fsgqa]
/// ```
public struct ImageDefinition: Sendable, Hashable {
    /// The file's name without `.yaml`.
    public let name: String
    /// The Debian release: `trixie`.
    public let suite: String
    /// The size of the file system in bytes, 1 GiB…1 TiB; the file is sparse.
    public let size: Int
    /// Debian packages, those of what it extends first.
    public let packages: [String]
    /// Ordinary users to make, each with a home and a group of its own name:
    /// at most 32 characters (useradd(8)), a letter among them. One may begin
    /// with a digit, as fstests' `123456-fsgqa` does.
    public let users: [String]

    private static let nesting = 8
    private static let sizes = ByteCount(bytes: 1 << 30)...ByteCount(bytes: 1 << 40)
    private static let standardSize = 4 << 30
    private static let userLength = 32

    /// Reads a definition and what it extends.
    ///
    /// - Parameters:
    ///   - name: the file's name without `.yaml`.
    ///   - directory: where definitions lie.
    /// - Throws: `InvalidFile` with every problem found; `Failure` if there is no such definition.
    public static func read(_ name: String, in directory: FilePath) throws -> ImageDefinition {
        try read(name, in: directory, extendedBy: [])
    }

    private static func read(
        _ name: String, in directory: FilePath, extendedBy descendants: [String]
    ) throws -> ImageDefinition {
        let known = ImageStore.names(in: directory)
        guard known.contains(name) else {
            throw Failure(
                "no such image", on: name, advice: "\(directory) defines " + known.joined(separator: ", "),
                blame: .request)
        }
        let problems = DiagnosticList()
        let root = try LocatedYAML.read(directory.appending("\(name).yaml").string)
        guard
            let reader = MappingReader(
                root, of: "image", keys: ["extends", "suite", "size", "packages", "users"], problems)
        else {
            try problems.throwIfAny()
            throw InvalidFile(diagnostics: [Diagnostic(location: root.location, message: "not an image")])
        }
        var parent: ImageDefinition?
        if let extended = reader.string("extends") {
            if descendants.contains(extended) || extended == name || descendants.count >= nesting {
                problems.report("'\(extended)' extends itself", at: reader.place(of: "extends"))
            } else if !known.contains(extended) {
                problems.report(
                    "no image '\(extended)' to extend", at: reader.place(of: "extends"),
                    advice: "there are " + known.joined(separator: ", "))
            } else {
                parent = try read(extended, in: directory, extendedBy: descendants + [name])
            }
        }
        let suite = reader.string("suite")
        if let suite, !AptMirrors.releases.contains(suite) {
            problems.report(
                "no Debian release '\(suite)' that we know", at: reader.place(of: "suite"),
                advice: "use " + AptMirrors.releases.joined(separator: ", "))
        } else if suite == nil, parent == nil {
            _ = reader.required("suite")
        }
        let packages = words("packages", of: reader, allowed: "+-.", problems)
        let users = words("users", of: reader, allowed: "-_", problems)
        // useradd is told not to look at names, so this is the only look at them.
        for user in users where user.utf8.count > userLength || !user.contains(where: \.isLetter) {
            problems.report(
                "'\(user)' cannot be the name of a user", at: reader.place(of: "users"),
                advice: "use at most \(userLength) characters, a letter among them; digits alone are a number")
        }
        let size = reader.byteCount("size", in: sizes)?.bytes
        try problems.throwIfAny()
        return ImageDefinition(
            name: name, suite: suite ?? parent?.suite ?? "", size: size ?? parent?.size ?? standardSize,
            packages: merged(parent?.packages, packages), users: merged(parent?.users, users))
    }

    /// The items of a list that become arguments of apt-get and useradd.
    private static func words(
        _ key: String, of reader: MappingReader, allowed: String, _ problems: DiagnosticList
    ) -> [String] {
        let items = reader.strings(key) ?? []
        for item in items {
            let isName = item.first.map { $0.isASCII && ($0.isLowercase || $0.isNumber) } ?? false
            if !isName || !item.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || allowed.contains($0)) }) {
                problems.report("'\(item)' cannot be one of \(key)", at: reader.place(of: key))
            }
        }
        return items
    }

    private static func merged(_ first: [String]?, _ second: [String]) -> [String] {
        let first = first ?? []
        return first + second.filter { !first.contains($0) }
    }

    /// The text that decides whether an image is that of its definition.
    var recipe: String {
        """
        suite \(suite)
        size \(size)
        packages \(packages.joined(separator: " "))
        users \(users.joined(separator: " "))
        """
    }
}
