import Foundation
public import HostProcess
public import SystemPackage

/// A virtiofsd that is installed, and what it can do. The two implementations
/// share a name and little else: QEMU's own in C (until 7.2) takes `-o` lists,
/// the one in Rust takes options.
public struct VirtiofsdProgram: Sendable, Hashable {
    /// Which source it was built from.
    public enum Implementation: String, Sendable, Hashable, Codable {
        /// QEMU's `tools/virtiofsd`, until QEMU 7.2.
        case c
        /// gitlab.com/virtio-fs/virtiofsd.
        case rust
    }

    /// How much the guest may cache, in the plan's words.
    public enum Cache: String, Sendable, Hashable, Codable, CaseIterable {
        /// Nothing: every read goes to the daemon.
        case none
        /// For the daemon's default time.
        case auto
        /// As if nobody else wrote.
        case always
        /// Names and attributes, no data; the Rust daemon only.
        case metadata
    }

    /// The program.
    public let path: FilePath
    /// Which implementation, as its `--print-capabilities` and `--help` show.
    public let implementation: Implementation
    /// What it says of its version.
    public let version: String
    /// The cache modes it offers, in its own words.
    public let cacheModes: [String]

    /// It can keep the guest from writing to the share.
    public let servesReadOnly: Bool

    /// A daemon and what it can do.
    init(
        path: FilePath, implementation: Implementation, version: String, cacheModes: [String],
        servesReadOnly: Bool = false
    ) {
        self.path = path
        self.implementation = implementation
        self.version = version
        self.cacheModes = cacheModes
        self.servesReadOnly = servesReadOnly
    }

    /// The daemon's own word for a cache mode.
    ///
    /// - Throws: `Failure` if it has none.
    public func word(for cache: Cache) throws -> String {
        let word = cache == .none && implementation == .rust ? "never" : cache.rawValue
        guard cacheModes.contains(word) else {
            throw Failure(
                "this virtiofsd has no cache mode '\(cache.rawValue)'", on: "\(path) (\(version))",
                advice: "it offers \(cacheModes.joined(separator: ", ")); choose one, or another daemon",
                blame: .request)
        }
        return word
    }

    /// The command that serves a share on a socket, in the foreground.
    ///
    /// - Throws: `Failure` if the daemon lacks the cache mode, or cannot serve read-only.
    func command(serving share: Share, on socket: FilePath) throws -> Command {
        let mode = try word(for: share.cache)
        guard servesReadOnly || !share.readOnly else {
            throw Failure(
                "this virtiofsd cannot keep the guest from writing", on: "\(path) (\(version))",
                advice: "install the one in Rust, or drop `read-only`", blame: .request)
        }
        switch implementation {
        case .c:
            return Command(
                path.string,
                [
                    "-f", "--socket-path=\(socket)", "-o", "source=\(Self.escaped(share.directory))", "-o",
                    "cache=\(mode)",
                    "-o", "sandbox=\(sandbox)", "-o", "log_level=warn",
                ])
        case .rust:
            return Command(
                path.string,
                [
                    "--socket-path=\(socket)", "--shared-dir=\(share.directory)", "--cache=\(mode)",
                    "--sandbox=\(sandbox)", "--log-level=info",
                ] + (share.readOnly ? ["--readonly"] : []))
        }
    }

    /// A value in the C daemon's `-o` lists: a comma would begin another option,
    /// `source=/etc` for one (QEMU 7.2, tools/virtiofsd/fuse_opt.c).
    private static func escaped(_ path: FilePath) -> String {
        String(path.string.flatMap { $0 == "," || $0 == "\\" ? ["\\", $0] : [$0] })
    }

    /// Both default to namespaces of their own, and we keep that.
    public var sandbox: String { "namespace" }
}

extension VirtiofsdProgram {
    /// Names other daemons, separated by colons.
    static let variable = "VMHARNESS_VIRTIOFSD"

    /// Where distributions put it, and where ours may be named.
    static func candidates() -> [FilePath] {
        if let named = ProcessInfo.processInfo.environment[variable] {
            return named.split(separator: ":").map { FilePath(String($0)) }
        }
        return ["/usr/libexec/virtiofsd", "/usr/lib/virtiofsd", "/usr/bin/virtiofsd", "/usr/lib/qemu/virtiofsd"]
    }

    /// The daemons on this host, each asked what it is, and why some that are
    /// there or are named are none.
    public static func installed() async -> (programs: [VirtiofsdProgram], refused: [Failure]) {
        var programs: [VirtiofsdProgram] = []
        var refused: [Failure] = []
        let isNamed = ProcessInfo.processInfo.environment[variable] != nil
        for path in candidates() where isNamed || access(path.string, X_OK) == 0 {
            do {
                programs.append(try await inspect(path))
            } catch let failure as Failure {
                refused.append(failure)
            } catch { return (programs, refused) }
        }
        return (programs, refused)
    }

    /// Asks a daemon what it is and what it can do.
    ///
    /// - Throws: `Failure` if it does not answer like a virtiofsd.
    public static func inspect(_ path: FilePath) async throws -> VirtiofsdProgram {
        let strange = Failure(
            "does not answer like a virtiofsd", on: path.string, advice: "name another in VMHARNESS_VIRTIOFSD")
        let limit = Duration.seconds(10)
        // The C daemon writes its version and help to either stream.
        let capabilities = try await Command(path.string, ["--print-capabilities"]).run(timeout: limit)
        guard capabilities.text.contains("\"type\": \"fs\"") || capabilities.text.contains("\"type\":\"fs\"") else {
            throw strange
        }
        let versionResult = try await Command(path.string, ["--version"]).run(timeout: limit)
        let helpResult = try await Command(path.string, ["--help"]).run(timeout: limit)
        let help = helpResult.text + helpResult.errorText
        let version =
            (versionResult.text + versionResult.errorText)
            .split(whereSeparator: \.isNewline).first.map(String.init) ?? "unknown version"
        let implementation: Implementation = help.contains("--shared-dir") ? .rust : .c
        let words = ["none", "never", "auto", "always", "metadata"]
        let modes = words.filter { word in
            switch implementation {
            case .c: cacheLine(of: help).contains(word)
            case .rust: word != "none" && (word != "metadata" || help.contains("metadata"))
            }
        }
        return VirtiofsdProgram(
            path: path, implementation: implementation, version: version, cacheModes: modes,
            servesReadOnly: help.contains("--readonly"))
    }

    /// The lines of the C daemon's help that tell the cache modes.
    private static func cacheLine(of help: String) -> String {
        let lines = help.split(whereSeparator: \.isNewline)
        guard let at = lines.firstIndex(where: { $0.contains("cache=<mode>") }) else { return "" }
        return String(lines[at])
    }
}
