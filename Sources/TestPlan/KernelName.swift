/// The kernel a cell runs on, as plans and `--kernel` name it.
///
/// | text | kernel |
/// |---|---|
/// | `debian:6.1`, `debian:6.1+cloud`, `debian:6.1+rt` | the newest of that series, of that flavour |
/// | `debian:6.1.0-56-amd64` | exactly the package `linux-image-6.1.0-56-amd64` |
/// | `build:PATH` | a built kernel tree |
/// | `file:VMLINUZ,modules=DIR` | an image, with a directory of modules if it has any |
/// | `host` | the kernel that runs here |
public enum KernelName: Sendable, Hashable, CustomStringConvertible, Codable {
    /// The newest Debian kernel of `series` (`6.1`), of `flavour` (`cloud`, `rt`) or the ordinary one.
    case debian(series: String, flavour: String?)
    /// The Debian kernel whose `uname -r` is `release`.
    case debianExact(release: String)
    /// The kernel built in the tree at `path`.
    case build(path: String)
    /// The image at `vmlinuz`, with the modules below `modules` (the directory which holds `kernel/` and `modules.dep`).
    case file(vmlinuz: String, modules: String?)
    /// The kernel of the host.
    case host

    /// The flavours of Debian's kernels that a series can be asked for.
    public static let debianFlavours = ["cloud", "rt"]

    private static let sources = ["debian", "build", "file", "host"]
    private static let example =
        "name a kernel as debian:6.1, debian:6.1.0-56-amd64, build:PATH, "
        + "file:VMLINUZ,modules=DIR or host"

    /// Parses the text form.
    ///
    /// - Throws: a ``Diagnostic`` without a location, with advice.
    public init(parsing text: String) throws(Diagnostic) {
        guard text.utf8.count <= 8192, !text.unicodeScalars.contains(where: isControl) else {
            throw Diagnostic(
                message: "\(quoted(text)) is not the name of a kernel",
                advice: "leave out control characters and keep it below 8 KiB"
            )
        }
        if text == "host" {
            self = .host
            return
        }
        guard let colon = text.firstIndex(of: ":") else { throw Self.withoutSource(text) }
        let source = String(text[..<colon])
        let rest = String(text[text.index(after: colon)...])
        switch source {
        case "debian":
            self = try Self.parseDebian(rest, in: text)
        case "build":
            guard !rest.isEmpty else {
                throw Diagnostic(message: "build: names no tree", advice: "write build:PATH of a built kernel tree")
            }
            self = .build(path: rest)
        case "file":
            self = try Self.parseFile(rest, in: text)
        case "host":
            throw Diagnostic(message: "\(quoted(text)) is not the name of a kernel", advice: "did you mean host?")
        default:
            let nearest = nearestSpelling(of: source, among: Self.sources)
            throw Diagnostic(
                message: "\(quoted(text)) is not the name of a kernel",
                advice: nearest.map { "did you mean \(quoted($0 == "host" ? $0 : "\($0):\(rest)"))?" } ?? Self.example
            )
        }
    }

    private static func withoutSource(_ text: String) -> Diagnostic {
        let advice =
            if text.first?.isNumber == true {
                "did you mean \(quoted("debian:\(text)"))?"
            } else if text.hasPrefix("/") || text.hasPrefix("./") {
                "write build:\(text) for a built tree or file:\(text),modules=DIR for an image"
            } else if nearestSpelling(of: text, among: ["host"]) != nil {
                "did you mean 'host'?"
            } else {
                example
            }
        return Diagnostic(message: "\(quoted(text)) is not the name of a kernel", advice: advice)
    }

    private static func parseDebian(_ rest: String, in text: String) throws(Diagnostic) -> KernelName {
        let parts = rest.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if isSeries(parts[0]) {
            guard parts.count == 2 else { return .debian(series: parts[0], flavour: nil) }
            guard debianFlavours.contains(parts[1]) else {
                throw Diagnostic(
                    message: "Debian has no kernel flavour \(quoted(parts[1]))",
                    advice: spellingAdvice(for: parts[1], among: debianFlavours)
                )
            }
            return .debian(series: parts[0], flavour: parts[1])
        }
        // A release is what `uname -r` prints: 6.1.0-56-amd64, 6.12.95+deb13-amd64, 6.1.0-56-cloud-amd64.
        let isRelease =
            rest.first?.isNumber == true && rest.contains("-") && rest.utf8.count <= 64
            && !rest.hasSuffix("-")
            && rest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".+-_~".contains($0)) }
        guard isRelease else {
            let numbers = rest.split(separator: ".")
            let series = numbers.prefix(2).joined(separator: ".")
            throw Diagnostic(
                message: "\(quoted(text)) is neither a series nor a release of Debian's kernel",
                advice: isSeries(series)
                    ? "did you mean 'debian:\(series)'? A release is written in full, as debian:6.1.0-56-amd64"
                    : "write a series as debian:6.1 or a release as debian:6.1.0-56-amd64"
            )
        }
        return .debianExact(release: rest)
    }

    private static func isSeries(_ text: String) -> Bool {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 2
            && numbers.allSatisfy { 1...4 ~= $0.count && $0.allSatisfy { $0.isASCII && $0.isNumber } }
    }

    private static func parseFile(_ rest: String, in text: String) throws(Diagnostic) -> KernelName {
        let marker = ",modules="
        guard let range = rest.firstRange(of: marker) else {
            guard !rest.isEmpty, !rest.contains(",") else {
                throw Diagnostic(
                    message: "\(quoted(text)) is not the name of a kernel", advice: "write file:VMLINUZ,modules=DIR")
            }
            return .file(vmlinuz: rest, modules: nil)
        }
        let vmlinuz = String(rest[..<range.lowerBound])
        let modules = String(rest[range.upperBound...])
        guard !vmlinuz.isEmpty, !modules.isEmpty else {
            throw Diagnostic(
                message: "\(quoted(text)) is not the name of a kernel", advice: "write file:VMLINUZ,modules=DIR")
        }
        return .file(vmlinuz: vmlinuz, modules: modules)
    }

    /// True for one that comes from an archive, which may have it tomorrow, or no more.
    public var isOfArchive: Bool {
        switch self {
        case .debian, .debianExact: true
        case .build, .file, .host: false
        }
    }

    /// The text form; `init(parsing:)` reads it back.
    public var description: String {
        switch self {
        case .debian(let series, let flavour): "debian:\(series)" + (flavour.map { "+\($0)" } ?? "")
        case .debianExact(let release): "debian:\(release)"
        case .build(let path): "build:\(path)"
        case .file(let vmlinuz, let modules): "file:\(vmlinuz)" + (modules.map { ",modules=\($0)" } ?? "")
        case .host: "host"
        }
    }

    /// Decodes the text form.
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
