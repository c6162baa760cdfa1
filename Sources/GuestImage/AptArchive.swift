import Foundation
import HostProcess
import SystemPackage

/// Debian's package index and pool, by apt with a configuration, state and
/// cache of our own: the machine's apt is asked for its mirrors and proxies and
/// otherwise left alone. apt checks the archive's signatures and the hashes.
struct AptArchive: Sendable {
    /// What our index is worth.
    struct Index: Sendable, Hashable {
        /// For records: suites out of reach, an index that is old because we are offline.
        var notes: [String]
        /// The suites that did not answer.
        var unreachable: [String]
        /// Tells one index from another.
        var identity: String
    }

    let root: FilePath
    let progress: @Sendable (String) -> Void

    /// In `debian-archive-keyring`.
    static let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    private static let lifetime: TimeInterval = 24 * 3600

    private var configuration: FilePath { root.appending("apt.conf") }
    private var stamp: FilePath { root.appending("refreshed.json") }

    init(cache: Cache, progress: @escaping @Sendable (String) -> Void) {
        root = cache.root.appending("apt")
        self.progress = progress
    }

    private struct Stamp: Codable {
        var date: Date
        var sources: String
        var unreachable: [String]

        func index(notes: [String] = []) -> Index {
            let missing = unreachable.isEmpty ? [] : ["not reachable: \(unreachable.joined(separator: ", "))"]
            return Index(
                notes: notes + missing, unreachable: unreachable, identity: "\(date.timeIntervalSince1970)")
        }
    }

    /// Makes sure of an index, not older than 24 h if that can be had.
    ///
    /// - Parameter refresh: fetch it even if it is young.
    /// - Throws: `Failure` if there is no index and none can be fetched.
    func index(refresh: Bool) async throws -> Index {
        guard FileManager.default.isReadableFile(atPath: Self.keyring) else {
            throw Failure(
                "the keys of Debian's archive are missing", on: Self.keyring,
                advice: "install the package debian-archive-keyring")
        }
        let mirrors = try await AptMirrors.ofThisMachine(remembered: root.appending("mirrors.json"))
        let sources = mirrors.sources(releases: AptMirrors.releases, keyring: Self.keyring, backports: true)
        if !refresh, let index = currentIndex(sources) { return index }
        try makeDirectories(root)
        let lock = try await FileLock.acquire(root.appending("lock"))
        defer { lock.release() }
        if !refresh, let index = currentIndex(sources) { return index }
        return try await update(sources)
    }

    private func currentIndex(_ sources: String) -> Index? {
        guard let last = lastStamp, last.sources == sources, abs(last.date.timeIntervalSinceNow) < Self.lifetime,
            // A cache that was moved still has the paths of where it was.
            (try? BoundedRead.text(of: configuration, limit: 1 << 16)) == configurationText
        else { return nil }
        return last.index()
    }

    private var lastStamp: Stamp? {
        (try? BoundedRead.bytes(of: stamp, limit: 1 << 20)).flatMap {
            try? JSONDecoder().decode(Stamp.self, from: Data($0))
        }
    }

    private func update(_ sources: String) async throws -> Index {
        try configure(sources)
        progress("fetching the index of Debian's packages")
        let started = Date()
        let result = try await apt("apt-get", ["-q", "update"], timeout: .seconds(900))
        let failures = Self.unreachableSuites(result.text + result.errorText)
        if failures.isOffline {
            guard let last = lastStamp else {
                throw Failure(
                    "cannot fetch the index of Debian's packages: "
                        + (result.errorText.split(separator: "\n").first.map(String.init) ?? "no answer"),
                    on: "apt-get update", advice: "check the network and the machine's apt sources")
            }
            let day = last.date.formatted(.iso8601.year().month().day())
            return last.index(notes: ["offline: index of \(day)"])
        }
        let new = Stamp(date: started, sources: sources, unreachable: failures.suites)
        try writeFile(stamp, Array(JSONEncoder().encode(new)))
        return new.index()
    }

    /// The suites `apt-get update` could not fetch, from its messages.
    ///
    /// - Returns: the suites, and whether that is all of them for want of a network.
    static func unreachableSuites(_ output: String) -> (suites: [String], isOffline: Bool) {
        var suites: [String] = []
        var answered = false
        for line in output.split(separator: "\n") {
            // `Hit:` unchanged, `Get:` fetched, `Err:` failed, `Ign:` tried otherwise later.
            if line.hasPrefix("Hit:") || line.hasPrefix("Get:") { answered = true }
            guard line.hasPrefix("Err:") else { continue }
            let words = line.split(separator: " ")
            guard words.count >= 3 else { continue }
            let suite = String(words[2].split(separator: "/")[0])
            if !suites.contains(suite) { suites.append(suite) }
        }
        return (suites, !answered)
    }

    /// Runs one of apt's programs on our state.
    func apt(
        _ program: String, _ arguments: [String], in directory: FilePath? = nil, timeout: Duration = .seconds(120)
    ) async throws -> CommandResult {
        try await Command(
            program, ["-c", configuration.string] + arguments,
            // The messages are parsed.
            environment: ["LC_ALL": "C.UTF-8"], workingDirectory: directory
        )
        .run(outputLimit: 64 << 20, timeout: timeout)
    }

    private func configure(_ sources: String) throws {
        for directory in ["lists/partial", "archives/partial", "sources", "empty"] {
            try makeDirectories(root.appending(directory))
        }
        try writeFile(root.appending("sources/debian.sources"), Array(sources.utf8))
        try writeFile(root.appending("status"), [])
        try writeFile(configuration, Array(configurationText.utf8))
    }

    /// Read last, over the machine's own (apt.conf(5)). Its hooks are cleared:
    /// those of container images empty the machine's /var/cache/apt.
    private var configurationText: String {
        """
        #clear APT::Update;
        #clear DPkg;
        APT::Architecture "amd64";
        APT::Architectures { "amd64"; };
        APT::Sandbox::User "root";
        Acquire::Languages "none";
        Acquire::Retries "2";
        Dir::State "\(root)/";
        Dir::State::lists "\(root)/lists/";
        Dir::State::status "\(root)/status";
        Dir::State::extended_states "\(root)/extended_states";
        Dir::Cache "\(root)/";
        Dir::Cache::archives "\(root)/archives/";
        Dir::Cache::pkgcache "pkgcache.bin";
        Dir::Cache::srcpkgcache "srcpkgcache.bin";
        Dir::Etc::sourcelist "/dev/null";
        Dir::Etc::sourceparts "\(root)/sources/";
        Dir::Etc::preferences "/dev/null";
        Dir::Etc::preferencesparts "\(root)/empty/";
        Dir::Etc::trusted "/dev/null";
        Dir::Etc::trustedparts "\(root)/empty/";

        """
    }
}
